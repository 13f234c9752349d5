import Console
import Diagnostics
import Glibc
import LocalFiles

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
    if !isThere, isNamed || errno != ENOENT { throw failure(path, errno) }
    let folder = path + ".d"
    do throws(FileFault) {
      let names = try LocalFolder(path: folder).names() ?? []
      let dropIns = names.filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
      return (isThere ? [path] : []) + dropIns.map { "\(folder)/\($0)" }
    } catch {
      throw failure(folder, error.code)
    }
  }

  private func contents(_ file: String) throws(SettingsError) -> [UInt8] {
    let number = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw failure(file, errno) }
    guard let bytes = Descriptor(owning: number).contents(limit: 1 << 20) else {
      guard errno == EFBIG else { throw failure(file, errno) }
      throw SettingsError(["\(file): error: longer than a mebibyte"], .environment)
    }
    return bytes
  }

  private func failure(_ file: String, _ code: Int32) -> SettingsError {
    SettingsError(["\(file): error: \(String(cString: strerror(code)))"], .environment)
  }
}
