import Foundation
import Glibc
import TestSupport

/// A small disk in the place of a folder, for those alone who enter its namespace; it goes with this object.
final class LicenseDisk: Sendable {
  /// What goes before a program that is to see it.
  let entering: [String]
  private let folder: String
  private let holder: LicenseProgram
  private let root: String

  /// Whether disks can be mounted here.
  static let isPossible =
    (try? Command(LicenseNetwork.asRoot + ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status) == 0

  init(at folder: String, log: URL) throws {
    self.folder = folder
    let script = #"mount -t tmpfs -o size=128k,mode=700 tmpfs "$1" && echo "pid $$" && exec sleep 900"#
    holder = try LicenseProgram(
      LicenseNetwork.asRoot + ["unshare", "--mount", "sh", "-c", script, "sh", folder], log: log)
    let said = { [holder] in holder.said }
    try LicenseUnmet.within(20, "the disk is mounted: \(said())") { said().hasPrefix("pid ") && said().hasSuffix("\n") }
    let process = String(said().dropFirst(4).prefix { $0.isNumber })
    root = "/proc/\(process)/root"
    entering =
      ["nsenter", "--target", process, "--mount"]
      + (getuid() == 0 ? [] : ["--user", "--preserve-credentials"]) + ["--"]
  }

  /// The names of the files there.
  var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []).sorted() }

  /// Leaves no byte free.
  func fill() throws {
    let descriptor = open("\(root)\(folder)/ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    try LicenseUnmet.unless(descriptor >= 0, String(cString: strerror(errno)))
    defer { close(descriptor) }
    let block = [UInt8](repeating: 0, count: 4096)
    while write(descriptor, block, block.count) > 0 {}
    try LicenseUnmet.unless(errno == ENOSPC, String(cString: strerror(errno)))
  }

  /// Frees what ``fill()`` took.
  func empty() throws { try FileManager.default.removeItem(atPath: "\(root)\(folder)/ballast") }

  /// Nothing can be written there from now on, or all can be again.
  func become(readOnly: Bool) throws {
    let done = try Command(entering + ["mount", "-o", "remount,\(readOnly ? "ro" : "rw")", folder])
    try LicenseUnmet.unless(done.status == 0, done.errors)
  }
}
