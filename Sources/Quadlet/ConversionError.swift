/// Why the generator refuses a unit, in podman's own words, with the key that the finding points at.
struct ConversionError: Error {
  var message: String
  var key: String?

  init(_ message: String, at key: String? = nil) {
    self.message = message
    self.key = key
  }
}
