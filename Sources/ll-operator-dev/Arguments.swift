import ArgumentParser
import Console
import Diagnostics
import Glibc
import OperatorDev

/// A path on the command line. What is read again later must not depend on where the program was started.
enum Path {
  static func absolute(_ text: String) throws -> String {
    guard !text.isEmpty else { throw ValidationError("An empty path.") }
    if text.hasPrefix("/") { return text }
    guard let folder = getcwd(nil, 0) else { throw ValidationError("The working directory is gone.") }
    defer { free(folder) }
    return String(cString: folder) + "/" + text
  }
}

/// A place in the network on the command line.
enum Place {
  static func parsed(_ text: String) throws -> HostPort {
    guard let place = HostPort(text) else { throw ValidationError("\(text.debugDescription) is not HOST:PORT.") }
    return place
  }
}

/// What a flag does not say, the environment may: `LL_` and the flag's name. An empty variable says nothing.
enum Variable {
  static func text(_ name: String) -> String? {
    guard let value = getenv("LL_\(name)") else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  static func path(_ name: String) throws -> String? { try text(name).map { try Path.absolute($0) } }

  static func place(_ name: String) throws -> HostPort? { try text(name).map { try place($0, in: name) } }

  /// Several are separated by blanks.
  static func places(_ name: String) throws -> [HostPort] {
    try (text(name) ?? "").split(separator: " ").map { try place(String($0), in: name) }
  }

  private static func place(_ text: String, in name: String) throws -> HostPort {
    guard let place = HostPort(text) else {
      throw ValidationError("LL_\(name): \(text.debugDescription) is not HOST:PORT.")
    }
    return place
  }
}

/// Settings that have to be said somewhere.
enum NeededSettings {
  /// Prints what nobody said, a line each; the error that ends the program then.
  static func missing(_ words: [String]) -> Exit {
    for words in words { Output.error.line("settings: error: \(words)") }
    return .inputIsWrong
  }

  /// The same of flags that no settings file stands behind: those that are not said, nor is their variable.
  static func unsaid(_ flags: [(name: String, isSaid: Bool)]) -> Exit {
    missing(flags.filter { !$0.isSaid }.map { "without --\($0.name) (LL_\($0.name.uppercased()))" })
  }
}

/// The settings file.
enum SettingsFile {
  /// What it says. Prints every finding; ends with ``Exit/inputIsWrong`` where one is an error.
  /// - Parameter elsewhere: the keys of `[KeyServer]` that a flag or the environment gives.
  static func read(
    _ path: String, keyServer elsewhere: Set<OperatorSettingsReader.KeyServerKey>
  ) throws -> PartialSettings {
    let bytes: [UInt8]
    do throws(OperatorError) {
      bytes = try OperatorFile.contents(path)
    } catch {
      Output.error.line(error.description)
      throw Exit.environment
    }
    var reader = OperatorSettingsReader(keyServer: elsewhere)
    let settings = reader.read(bytes)
    var report = Report()
    report.add(contentsOf: reader.report, in: path)
    for finding in report.sorted { Output.error.line(finding.description) }
    if report.hasErrors { throw Exit.inputIsWrong }
    return settings
  }
}
