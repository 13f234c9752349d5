public import Diagnostics
import SystemdUnit

/// Which sealed bundle is released into which files: `/etc/ll/release/openbao.conf`, in systemd's own syntax.
///
/// ```ini
/// [Bundle]
/// Blob=/etc/ll/sealed/openbao.pem
/// AuthFile=/var/lib/ll/openbao.auth
/// ReleaseKey=/etc/ll/release-key.pem
///
/// [File]
/// Name=static-seal.key
/// Path=/run/ll/openbao/static-seal.key
/// Owner=100:1000
/// Mode=0400
/// SELinuxContext=system_u:object_r:container_file_t:s0
/// ```
public struct ReleaseManifest: Sendable, Hashable {
  /// The sealed file.
  public var blob: String
  /// The file with the authorization value; `nil` where none is used.
  public var authFile: String?
  /// The file with the release key that the sidecar must be signed by; `nil` where any will do that the blob itself names.
  public var releaseKey: String?
  /// The files to make, in order.
  public var files: [File]

  /// One entry of the bundle and the file that it becomes.
  public struct File: Sendable, Hashable {
    /// The entry's name in the bundle.
    public var name: String
    /// The file's absolute path.
    public var path: String
    /// Whose it is and who may read it.
    public var access: FileAccess

    /// A file.
    public init(name: String, path: String, access: FileAccess = FileAccess()) {
      self.name = name
      self.path = path
      self.access = access
    }
  }

  /// A manifest.
  public init(blob: String, authFile: String? = nil, releaseKey: String? = nil, files: [File]) {
    self.blob = blob
    self.authFile = authFile
    self.releaseKey = releaseKey
    self.files = files
  }
}

extension ReleaseManifest {
  /// Reads a manifest's text; `nil` where it has errors, every one of which is in `report` with its place.
  public static func parse(_ bytes: [UInt8], report: inout Report) -> ReleaseManifest? {
    var reader = ReleaseManifestReader()
    let manifest = reader.read(bytes)
    report.add(contentsOf: reader.report)
    return reader.report.hasErrors ? nil : manifest
  }
}

private struct ReleaseManifestReader: SettingsReader {
  var report = Report()

  mutating func read(_ bytes: [UInt8]) -> ReleaseManifest? {
    var blob: String?
    var manifest = ReleaseManifest(blob: "", files: [])
    var bundles = 0
    for section in sections(of: bytes) {
      switch section.name {
      case "Bundle":
        bundles += 1
        if bundles > 1 { report.error("a second [Bundle] section", position: section.position) }
        checkKeys(section, single: ["Blob", "AuthFile", "ReleaseKey"])
        blob = absolutePath("Blob", in: section)
        if !values("AuthFile", in: section).isEmpty { manifest.authFile = absolutePath("AuthFile", in: section) }
        if !values("ReleaseKey", in: section).isEmpty { manifest.releaseKey = absolutePath("ReleaseKey", in: section) }
      case "File":
        guard let file = file(section) else { continue }
        if manifest.files.contains(where: { $0.path == file.path }) {
          report.error("a second file at \(file.path)", position: section.position)
        }
        manifest.files.append(file)
      default: report.error("unknown section [\(section.name)]", position: section.position)
      }
    }
    let start = SourcePosition(line: 1, column: 1)
    if bundles == 0 { report.error("no [Bundle] section", position: start) }
    if manifest.files.isEmpty, !report.hasErrors {
      report.error("no [File] section: there is nothing to release", position: start)
    }
    guard let blob else { return nil }
    manifest.blob = blob
    return manifest
  }

  private mutating func file(_ section: Section) -> ReleaseManifest.File? {
    checkKeys(section, single: ["Name", "Path", "Owner", "Mode", "SELinuxContext"])
    let name = required("Name", in: section)
    let path = absolutePath("Path", in: section)
    var access = FileAccess()
    if let owner = values("Owner", in: section).first {
      if let parsed = FileAccess.owner(owner.value) {
        (access.user, access.group) = parsed
      } else {
        report.error("Owner= is UID:GID in numbers, not \(owner.value.debugDescription)", position: owner.position)
      }
    }
    if let mode = values("Mode", in: section).first {
      if let parsed = FileAccess.mode(mode.value) {
        access.mode = parsed
      } else {
        report.error(
          "Mode= is octal and lets nobody but the owner and the group read, such as 0400, not \(mode.value.debugDescription)",
          position: mode.position)
      }
    }
    access.selinuxContext = values("SELinuxContext", in: section).first?.value
    guard let name, let path else { return nil }
    // One file has one spelling, so that no two sections are about the same.
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if parts.contains(where: { ["", ".", ".."].contains($0) }) {
      let place = values("Path", in: section).first?.position
      report.error("Path= has a part that is empty, . or ..: \(path.debugDescription)", position: place)
      return nil
    }
    return ReleaseManifest.File(name: name, path: path, access: access)
  }
}
