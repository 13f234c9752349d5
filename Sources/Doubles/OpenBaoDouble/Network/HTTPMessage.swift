/// A request as it comes over a connection.
struct HTTPCall: Sendable {
  var method: String
  var target: String
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  /// The path without its query.
  var path: String { String(target.prefix { $0 != "?" }) }

  /// The query's members, percent decoded.
  var query: [String: String] {
    guard let mark = target.firstIndex(of: "?") else { return [:] }
    var found: [String: String] = [:]
    for pair in target[target.index(after: mark)...].split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      found[String(parts[0]).percentDecoded] = parts.count > 1 ? String(parts[1]).percentDecoded : ""
    }
    return found
  }

  subscript(header name: String) -> String? { headers[name.lowercased()] }
}

/// An answer as it goes over a connection.
struct HTTPReply: Sendable {
  var status: Int
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  init(_ status: Int, json: JSONValue? = nil) {
    self.status = status
    guard let json, let bytes = try? json.bytes() else { return }
    body = bytes + [UInt8(ascii: "\n")]
    headers["content-type"] = "application/json"
  }

  init(_ response: APIResponse) {
    self.init(response.status)
    headers = ["content-type": "application/json"].merging(response.headers) { $1 }
    switch response.body {
    case .none: break
    case .json(let json): self = HTTPReply(response.status, json: json)
    case .raw(let bytes, let type):
      body = bytes
      headers["content-type"] = type
    }
  }

  var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
}

extension String {
  var percentDecoded: String {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
