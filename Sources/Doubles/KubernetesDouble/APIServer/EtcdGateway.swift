import Foundation

/// A real etcd through its JSON gateway (etcd's `Documentation/dev-guide/api_grpc_gateway.md`), with a client
/// certificate.
struct EtcdGateway: Sendable {
  /// A key's value and the revision that wrote it.
  struct Entry: Sendable, Hashable {
    var key: String
    var value: [UInt8]
    var revision: Int64
  }

  /// Base URLs; the first that answers serves.
  var servers: [String]
  var client: HTTPClient

  func get(_ key: String) async throws(Refusal) -> Entry? {
    try await range(["key": .string(Self.base64(key))]).entries.first
  }

  /// Everything below a prefix, and the revision at which it was so.
  func list(_ prefix: String) async throws(Refusal) -> (entries: [Entry], revision: Int64) {
    var end = Array(prefix.utf8)
    if let last = end.popLast() { end.append(last + 1) }
    return try await range([
      "key": .string(Self.base64(prefix)), "range_end": .string(Data(end).base64EncodedString()),
    ])
  }

  /// Writes where the key's revision is still `expected` (0: where there is none); the new revision, or `nil` where
  /// somebody else was first.
  func put(_ key: String, _ value: [UInt8], expecting expected: Int64) async throws(Refusal) -> Int64? {
    try await transact(
      key, expected,
      ["request_put": ["key": .string(Self.base64(key)), "value": .string(Data(value).base64EncodedString())]])
  }

  /// Removes where the revision is still `expected`; `nil` where it is not.
  func delete(_ key: String, expecting expected: Int64) async throws(Refusal) -> Int64? {
    try await transact(key, expected, ["request_delete_range": ["key": .string(Self.base64(key))]])
  }

  private func transact(_ key: String, _ expected: Int64, _ operation: JSON) async throws(Refusal) -> Int64? {
    let answer = try await call(
      "/v3/kv/txn",
      [
        "compare": [
          [
            "key": .string(Self.base64(key)), "target": "MOD", "result": "EQUAL",
            "mod_revision": .string("\(expected)"),
          ]
        ], "success": [operation],
      ])
    guard answer["succeeded"].boolean == true else { return nil }
    return answer["header"]["revision"].string.flatMap { Int64($0) } ?? 0
  }

  private func range(_ request: JSON) async throws(Refusal) -> (entries: [Entry], revision: Int64) {
    let answer = try await call("/v3/kv/range", request)
    let entries = (answer["kvs"].items ?? []).compactMap { item -> Entry? in
      guard let key = item["key"].string.flatMap({ Data(base64Encoded: $0) }),
        let revision = item["mod_revision"].string.flatMap({ Int64($0) })
      else { return nil }
      let value = item["value"].string.flatMap { Data(base64Encoded: $0) } ?? Data()
      return Entry(key: String(decoding: key, as: UTF8.self), value: Array(value), revision: revision)
    }
    return (entries, answer["header"]["revision"].string.flatMap { Int64($0) } ?? 0)
  }

  private func call(_ path: String, _ request: JSON) async throws(Refusal) -> JSON {
    var last = Refusal("no etcd server")
    for server in servers {
      do throws(Refusal) {
        let response = try await client.send("POST", server + path, body: request.bytes)
        guard response.status == 200 else {
          throw Refusal("etcd: \(response.status) \(String(decoding: response.body, as: UTF8.self))")
        }
        return try JSON(parsing: response.body)
      } catch {
        last = error
      }
    }
    throw last
  }

  private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
