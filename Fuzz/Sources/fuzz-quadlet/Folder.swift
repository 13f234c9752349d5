import Quadlet

/// One input as a folder: the first byte says mode and podman, lines `--- NAME` begin the files.
struct Folder {
  private static let versions = [
    PodmanVersion.reference, PodmanVersion(5, 4, 2), PodmanVersion(5, 0, 0), PodmanVersion(4, 9, 3),
    PodmanVersion(4, 4, 0),
  ]

  var mode = GeneratorMode.system
  var podman = PodmanVersion.reference
  var files: [QuadletFile] = []

  init(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    // `P` is the system's podman 5.8.2, `Q` a user's.
    mode = first & 1 == 0 ? .system : .user
    podman = Self.versions[Int(first >> 1) % Self.versions.count]
    for line in bytes.dropFirst().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.starts(with: "--- ".utf8) {
        files.append(QuadletFile(path: String(decoding: line.dropFirst(4), as: UTF8.self), bytes: []))
      } else if let last = files.indices.last {
        files[last].bytes += line + [UInt8(ascii: "\n")]
      }
    }
  }
}
