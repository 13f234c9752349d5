/// A mapping with its known members by key.
struct YAMLMapping {
  /// The mapping itself.
  var value: YAMLValue
  /// The values of its known keys.
  var members: [String: YAMLValue] = [:]
  /// Known keys that an unknown key comes close to.
  var misspelled: Set<String> = []
}

/// Something read from a document, with the value it was read from.
struct Placed<Value> {
  /// What was read.
  var value: Value
  /// Where it stands.
  var source: YAMLValue
}
