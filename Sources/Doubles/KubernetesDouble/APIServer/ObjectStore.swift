import Foundation

/// The API's objects in etcd. A resource version is the etcd revision that wrote the object.
struct ObjectStore: Sendable {
  var etcd: EtcdGateway
  /// How Secrets are kept.
  var encryption: SecretEncryption?

  func get(_ kind: ResourceKind, namespace: String?, name: String) async throws(Refusal) -> JSON? {
    guard let entry = try await etcd.get(kind.key(namespace: namespace, name: name)) else { return nil }
    return try object(entry, kind)
  }

  func list(_ kind: ResourceKind, namespace: String?) async throws(Refusal) -> (items: [JSON], revision: Int64) {
    let answer = try await etcd.list(kind.key(namespace: namespace, name: nil))
    var items: [JSON] = []
    for entry in answer.entries { items.append(try object(entry, kind)) }
    return (items, answer.revision)
  }

  /// Makes the object; fails where there is one.
  func create(_ kind: ResourceKind, namespace: String?, _ new: JSON) async throws -> JSON {
    var object = new
    let name = object["metadata"]["name"].string ?? ""
    object["metadata"]["uid"] = .string(UUID().uuidString.lowercased())
    object["metadata"]["creationTimestamp"] = .string(Date().formatted(.iso8601))
    return try await write(kind, namespace: namespace, name: name, object, expecting: 0)
  }

  /// Replaces what has the resource version of `object`.
  func replace(_ kind: ResourceKind, namespace: String?, name: String, _ object: JSON) async throws -> JSON {
    let version = object["metadata"]["resourceVersion"].string.flatMap { Int64($0) } ?? 0
    return try await write(kind, namespace: namespace, name: name, object, expecting: version)
  }

  /// Removes it; fails where there is none.
  func delete(_ kind: ResourceKind, namespace: String?, name: String) async throws {
    let key = kind.key(namespace: namespace, name: name)
    for _ in 0..<8 {
      guard let entry = try await etcd.get(key) else { throw APIStatus.notFound(kind, name) }
      if try await etcd.delete(key, expecting: entry.revision) != nil { return }
    }
    throw APIStatus.conflict(kind, name)
  }

  private func write(
    _ kind: ResourceKind, namespace: String?, name: String, _ new: JSON, expecting: Int64
  ) async throws -> JSON {
    var object = new
    object["metadata"]["resourceVersion"] = .null
    var bytes = object.bytes
    if kind.resource == "secrets", let encryption { bytes = try encryption.seal(bytes) }
    let key = kind.key(namespace: namespace, name: name)
    guard let revision = try await etcd.put(key, bytes, expecting: expecting) else {
      throw expecting == 0 ? APIStatus.alreadyExists(kind, name) : APIStatus.conflict(kind, name)
    }
    object["metadata"]["resourceVersion"] = .string("\(revision)")
    return object
  }

  private func object(_ entry: EtcdGateway.Entry, _ kind: ResourceKind) throws(Refusal) -> JSON {
    var bytes = entry.value
    if kind.resource == "secrets", let encryption { bytes = try encryption.open(bytes) }
    var object = try JSON(parsing: bytes)
    object["metadata"]["resourceVersion"] = .string("\(entry.revision)")
    return object
  }
}
