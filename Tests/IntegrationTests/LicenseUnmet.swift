import Foundation
import Glibc

/// What must hold in a cell of the fault matrix, and does not.
struct LicenseUnmet: Error, CustomStringConvertible {
  let description: String

  /// Throws `words` where `condition` does not hold.
  static func unless(_ condition: Bool, _ words: @autoclosure () throws -> String) throws {
    guard condition else { throw LicenseUnmet(description: try words()) }
  }

  /// Throws `words` where `condition` does not come to hold within `seconds`.
  static func within(_ seconds: Double, _ words: @autoclosure () -> String, _ condition: () throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try !condition() {
      guard Date() < deadline else { throw LicenseUnmet(description: "not within \(Int(seconds)) s: \(words())") }
      usleep(50_000)
    }
  }
}
