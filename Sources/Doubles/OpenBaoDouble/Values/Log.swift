import Foundation
import Glibc

/// The server's log: JSON lines as `log_format = "json"` makes them, on standard error.
public struct Log: Sendable {
  private let name: String

  /// A log of the program `name`.
  public init(_ name: String) { self.name = name }

  func info(_ module: String, _ message: String, _ fields: [String: String] = [:]) {
    write("info", module, message, fields)
  }

  func warn(_ module: String, _ message: String, error: String) { write("warn", module, message, ["error": error]) }

  func error(_ module: String, _ message: String, error: String) { write("error", module, message, ["error": error]) }

  private func write(_ level: String, _ module: String, _ message: String, _ fields: [String: String]) {
    var line: JSONValue = [
      "@level": .string(level), "@message": .string(message), "@module": .string(module),
      "@timestamp": .string(Timestamp.text(Date())), "double": .string(name),
    ]
    for (name, value) in fields { line[key: name] = .string(value) }
    guard let bytes = try? line.bytes() else { return }
    Self.print(bytes + [UInt8(ascii: "\n")])
  }

  /// One write, so that lines of several threads do not mix.
  static func print(_ bytes: [UInt8], to number: Int32 = 2) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// What every double says first.
  public static func banner() { print(Array("THIS IS A DOUBLE OF OpenBao, NOT OpenBao\n".utf8)) }
}
