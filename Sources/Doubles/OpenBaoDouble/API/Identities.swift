/// Entities and their aliases: who logs in twice by the same name is the same entity.
enum Identities {
  /// The entity of `name` at the login method `mount`, made where there is none.
  static func entity(named name: String, at mount: Mount, _ transaction: inout Transaction) -> String {
    let alias = "identity/alias/\(mount.accessor)/\(name)"
    if let id = transaction[alias]?.text { return id }
    let id = Random.uuid()
    transaction[alias] = .string(id)
    transaction["identity/entity/\(id)"] = [
      "name": .string("entity_\(Random.hex(8)).root"), "aliases": .object([mount.accessor: .string(name)]),
    ]
    return id
  }

  static func identity(_ id: String, in transaction: Transaction) -> Identity {
    let entity = transaction["identity/entity/\(id)"] ?? .null
    return Identity(
      entityID: id, entityName: entity[key: "name"].text ?? "",
      aliases: entity[key: "aliases"].members.compactMapValues(\.text))
  }
}
