/// The fields of a request's body, converted as weakly as upstream does (OpenBao, `sdk/framework/field_data.go`).
struct Fields {
  let body: JSONValue
  private(set) var known: Set<String> = []

  init(_ body: JSONValue) { self.body = body }

  private func fault(_ name: String, _ words: String) -> APIError {
    APIError("Field validation failed: error converting input for field \"\(name)\": \(words)")
  }

  mutating func has(_ name: String) -> Bool {
    known.insert(name)
    return !body[key: name].isNull
  }

  mutating func string(_ name: String) throws(APIError) -> String? {
    known.insert(name)
    switch body[key: name] {
    case .null: return nil
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .boolean(let value): return value ? "1" : "0"
    default: throw fault(name, "'' expected type 'string', got unconvertible type")
    }
  }

  mutating func boolean(_ name: String) throws(APIError) -> Bool? {
    known.insert(name)
    switch body[key: name] {
    case .null: return nil
    case .boolean(let value): return value
    case .integer(let number): return number != 0
    case .string(let text):
      if ["1", "t", "T", "true", "TRUE", "True"].contains(text) { return true }
      if ["0", "f", "F", "false", "FALSE", "False", ""].contains(text) { return false }
      throw fault(name, "cannot parse '' as bool: strconv.ParseBool: parsing \"\(text)\": invalid syntax")
    default: throw fault(name, "'' expected type 'bool', got unconvertible type")
    }
  }

  mutating func integer(_ name: String) throws(APIError) -> Int? {
    known.insert(name)
    switch body[key: name] {
    case .null: return nil
    case .integer(let number): return number
    case .string(let text):
      guard let number = Int(text) else {
        throw fault(name, "cannot parse '' as int: strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      return number
    default: throw fault(name, "'' expected type 'int', got unconvertible type")
    }
  }

  mutating func seconds(_ name: String) throws(APIError) -> Int? {
    known.insert(name)
    guard !body[key: name].isNull else { return nil }
    do throws(GoDuration.Fault) { return Int(try GoDuration.seconds(body[key: name])) } catch {
      throw fault(name, error.description)
    }
  }

  mutating func list(_ name: String) throws(APIError) -> [String]? {
    known.insert(name)
    switch body[key: name] {
    case .null: return nil
    case .string(let text):
      return text.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init).filter { !$0.isEmpty }
    case .array(let elements):
      return try elements.map { element throws(APIError) in
        switch element {
        case .string(let text): return text
        case .integer(let number): return String(number)
        default: throw fault(name, "'' expected a list of strings")
        }
      }
    default: throw fault(name, "'' expected a list of strings")
    }
  }

  /// What upstream says of the fields that nobody read.
  var warnings: [String] {
    let others = body.members.keys.filter { !known.contains($0) }.sorted()
    return others.isEmpty ? [] : ["Endpoint ignored these unrecognized parameters: [\(others.joined(separator: " "))]"]
  }
}
