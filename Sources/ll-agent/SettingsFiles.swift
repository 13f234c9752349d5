import Console
import Diagnostics
import Glibc

/// The settings files: one, and the drop-ins in the folder beside it, `ll-agent.conf.d/*.conf`, in the order of their
/// names.
struct SettingsFiles {
  /// The file that is read where none is named.
  static let defaultPath = "/etc/ll-agent/ll-agent.conf"

  /// The file.
  let path: String
  /// Whether somebody named it: then it must be there.
  let isNamed: Bool

  /// The settings of all of them, a later one's over an earlier one's.
  /// - Throws: every finding, or the file that cannot be read.
  func read() throws(SettingsError) -> AgentSettings {
    var settings = AgentSettings()
    var report = Report()
    for file in try files() {
      var reader = AgentSettingsReader()
      settings = reader.read(try contents(file)).over(settings)
      report.add(contentsOf: reader.report, in: file)
    }
    if report.hasErrors { throw SettingsError(report.sorted.map(\.description), partial: settings) }
    return settings
  }

  private func files() throws(SettingsError) -> [String] {
    let isThere = access(path, F_OK) == 0
    if !isThere, isNamed || errno != ENOENT { throw failure(path) }
    let folder = path + ".d"
    guard let stream = opendir(folder) else {
      guard errno == ENOENT else { throw failure(folder) }
      return isThere ? [path] : []
    }
    defer { closedir(stream) }
    var dropIns: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".conf"), !name.hasPrefix(".") { dropIns.append(name) }
    }
    return (isThere ? [path] : []) + dropIns.sorted().map { "\(folder)/\($0)" }
  }

  private func contents(_ file: String) throws(SettingsError) -> [UInt8] {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(file) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(file) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
      guard bytes.count <= 1 << 20 else {
        throw SettingsError(["\(file): error: longer than a mebibyte"], .environment)
      }
    }
  }

  private func failure(_ file: String) -> SettingsError {
    SettingsError(["\(file): error: \(String(cString: strerror(errno)))"], .environment)
  }
}
