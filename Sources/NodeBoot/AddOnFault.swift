/// Why an add-on is not applied, in one line.
struct AddOnFault: Error, Hashable {
  var message: String
  /// Whether it is no failure of ours but another master's work that is waited for: then the next look tries again.
  var isOthersWork = false

  init(_ message: String, isOthersWork: Bool = false) {
    self.message = message
    self.isOthersWork = isOthersWork
  }
}
