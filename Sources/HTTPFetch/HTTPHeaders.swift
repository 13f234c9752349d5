/// Header fields in order; names compare without regard to case (RFC 9110, section 5.1).
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// One field.
  public struct Field: Sendable, Hashable {
    /// The name, as sent.
    public var name: String
    /// The value without outer whitespace.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The fields in the order they were sent or received.
  public var fields: [Field]

  /// Headers with `fields`.
  public init(_ fields: [Field] = []) { self.fields = fields }

  /// Headers in the order written; a name may occur more than once.
  public init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { Field($0.0, $0.1) } }

  /// The value of the first field called `name`; `nil` where there is none. Setting replaces every field of that name.
  public subscript(name: String) -> String? {
    get { fields.first { HTTPHeaders.same($0.name, name) }?.value }
    set {
      fields.removeAll { HTTPHeaders.same($0.name, name) }
      if let newValue { fields.append(Field(name, newValue)) }
    }
  }

  private static func same(_ left: String, _ right: String) -> Bool { left.lowercased() == right.lowercased() }

  /// Reads one line of a response's head; a status line (also that of the answer after a redirect) starts afresh.
  mutating func read(line: String) {
    if line.hasPrefix("HTTP/") {
      fields = []
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    fields.append(Field(String(line[..<colon]), line[line.index(after: colon)...].trimmingHTTPWhitespace))
  }
}

extension Substring {
  /// Without space, tab, CR and LF at either end.
  var trimmingHTTPWhitespace: String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
    var bytes = utf8[...]
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return String(Substring(bytes))
  }
}
