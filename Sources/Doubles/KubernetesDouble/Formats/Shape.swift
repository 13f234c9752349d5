/// The shape of a versioned Kubernetes object: what Go's strict JSON decoding would accept, and its words for the rest.
indirect enum Shape: Sendable {
  case string
  case bool
  case int32
  case int64
  case float64
  /// `metav1.Duration`.
  case duration
  /// `resource.Quantity`, or a map's value of it.
  case quantity
  /// An integer or a name (`intstr.IntOrString`).
  case intOrString
  case any
  case list(Shape)
  case map(Shape)
  case object([String: Shape])

  private var goName: String {
    switch self {
    case .bool: "bool"
    case .int32: "int32"
    case .int64: "int64"
    case .float64: "float64"
    case .list: "[]string"
    case .map: "map[string]string"
    case .object: "struct"
    default: "string"
    }
  }

  /// Everything that is not as it should be: wrong types first, then what Go's strict decoding adds.
  func faults(of value: JSON, in type: String) -> [String] {
    var check = ShapeCheck(type: type)
    check.visit(value, self, path: "")
    if !check.wrong.isEmpty { return check.wrong }
    if check.unknown.isEmpty { return [] }
    return ["strict decoding error: " + check.unknown.map { "unknown field \"\($0)\"" }.joined(separator: ", ")]
  }

  private struct ShapeCheck {
    let type: String
    var wrong: [String] = []
    var unknown: [String] = []

    mutating func visit(_ value: JSON, _ shape: Shape, path: String) {
      switch (shape, value) {
      case (.any, _), (_, .null), (.string, .string), (.bool, .bool), (.float64, .integer), (.float64, .number): return
      case (.int32, .integer(let number)):
        if Int32(exactly: number) == nil { mismatch("number \(number)", shape, path) }
      case (.int64, .integer), (.intOrString, .integer), (.intOrString, .string): return
      case (.duration, .string(let text)):
        if GoDuration(text) == nil { wrong.append(GoDuration.fault(text) + " (\(type).\(path))") }
      case (.quantity, .string(let text)):
        if !Quantity.isOne(text) { wrong.append(Quantity.fault + " (\(type).\(path))") }
      case (.quantity, .integer), (.quantity, .number): return
      case (.list(let item), .array(let items)):
        for (index, element) in items.enumerated() { visit(element, item, path: "\(path)[\(index)]") }
      case (.map(let item), .object(let members)):
        for (key, element) in members.sorted(by: { $0.key < $1.key }) { visit(element, item, path: join(path, key)) }
      case (.object(let fields), .object(let members)):
        for (key, element) in members.sorted(by: { $0.key < $1.key }) {
          if let field = fields[key] {
            visit(element, field, path: join(path, key))
          } else {
            unknown.append(join(path, key))
          }
        }
      default: mismatch(value.goKind, shape, path)
      }
    }

    private mutating func mismatch(_ kind: String, _ shape: Shape, _ path: String) {
      let place = path.isEmpty ? type : "\(type).\(path)"
      wrong.append("json: cannot unmarshal \(kind) into Go struct field \(place) of type \(shape.goName)")
    }

    private func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
  }
}
