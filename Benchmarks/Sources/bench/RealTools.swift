import Glibc

/// The programs that ours is compared with, where `scripts/setup` put them.
struct RealTools {
  /// Debian's ignition-validate.
  let ignitionValidate = "/usr/bin/ignition-validate"
  /// The release of the podman whose generator this is.
  let podman: String
  private let tree: String

  /// Finds the tools; the benchmark ends where they are missing.
  init() {
    tree = Self.output("scripts/real-tools/unpack-trixie")
    let generator = Self.generator(in: tree).joined(separator: " ")
    podman = Self.output("\(generator) -version")
    guard access(ignitionValidate, X_OK) == 0, !podman.isEmpty else {
      print("bench: no real tools to compare with; run scripts/setup")
      exit(3)
    }
  }

  /// podman's generator on the units in `folder`, printing what it makes of them. It runs under its own libc without a wrapper or a chroot around it.
  func quadlet(_ folder: String) -> Command {
    Command(words: Self.generator(in: tree) + ["-dryrun"], environment: ["QUADLET_UNIT_DIRS=\(folder)"])
  }

  private static func generator(in tree: String) -> [String] {
    let machine = machine
    return [
      "\(tree)/usr/lib/\(machine)-linux-gnu/\(machine == "x86_64" ? "ld-linux-x86-64.so.2" : "ld-linux-\(machine).so.1")",
      "--library-path", "\(tree)/usr/lib/\(machine)-linux-gnu", "\(tree)/usr/libexec/podman/quadlet",
    ]
  }

  /// The machine's name in Debian's library paths.
  private static var machine: String {
    #if arch(arm64)
      "aarch64"
    #else
      "x86_64"
    #endif
  }

  /// The first line that `command` prints.
  private static func output(_ command: String) -> String {
    guard let pipe = popen(command, "r") else { exit(3) }
    defer { pclose(pipe) }
    var buffer = [CChar](repeating: 0, count: 4096)
    guard fgets(&buffer, Int32(buffer.count), pipe) != nil else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
