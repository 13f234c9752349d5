import Foundation

/// A double's log: lines on standard error, each with the name of what it stands for.
struct Log: Sendable {
  var name: String

  func line(_ text: String) {
    FileHandle.standardError.write(Data("\(name): \(text)\n".utf8))
  }
}
