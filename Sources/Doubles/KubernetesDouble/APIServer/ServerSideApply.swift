/// Server-side apply, simplified: lists are atomic, every other leaf has owners (`metadata.managedFields`).
enum ServerSideApply {
  private static let untracked: Set<[String]> = [
    ["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "managedFields"],
    ["metadata", "resourceVersion"], ["metadata", "uid"], ["metadata", "creationTimestamp"],
  ]

  /// The object after `configuration` was applied to `live` (`nil`: there is none yet).
  static func merge(
    _ configuration: JSON, into live: JSON?, manager: String, force: Bool
  ) throws(APIStatus) -> JSON {
    var wanted: [[String]: JSON] = [:]
    collect(configuration, at: [], into: &wanted)
    var owners = owners(of: live)
    let mine = owners[manager] ?? []
    let others = owners.filter { $0.key != manager }
    var result =
      live
      ?? [
        "apiVersion": configuration["apiVersion"], "kind": configuration["kind"], "metadata": [:],
      ]
    result["metadata"]["name"] = configuration["metadata"]["name"]
    result["metadata"]["namespace"] = configuration["metadata"]["namespace"]

    var conflicts: [String] = []
    for (path, value) in wanted where self.value(at: path, of: result) != value {
      for (other, paths) in others where paths.contains(path) {
        conflicts.append("conflict with \"\(other)\": .\(path.joined(separator: "."))")
        owners[other]?.remove(path)
      }
    }
    if !conflicts.isEmpty, !force {
      let count = conflicts.count == 1 ? "1 conflict" : "\(conflicts.count) conflicts"
      throw APIStatus(
        code: 409, reason: "Conflict",
        message: "Apply failed with \(count): \(conflicts.sorted().joined(separator: ", "))")
    }
    for path in mine where wanted[path] == nil && !others.values.contains(where: { $0.contains(path) }) {
      set(.null, at: path[...], in: &result)
    }
    for (path, value) in wanted {
      // An empty object says that there is one, not that it is empty.
      if value.members != nil, self.value(at: path, of: result)?.members != nil { continue }
      set(value, at: path[...], in: &result)
    }
    owners[manager] = Set(wanted.keys)
    result["metadata"]["managedFields"] = .array(
      owners.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { manager, paths in
        [
          "manager": .string(manager), "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": tree(of: paths),
        ]
      })
    return result
  }

  private static func collect(_ value: JSON, at path: [String], into leaves: inout [[String]: JSON]) {
    if untracked.contains(path) { return }
    guard case .object(let members) = value, !members.isEmpty else {
      if !path.isEmpty { leaves[path] = value }
      return
    }
    for (key, member) in members { collect(member, at: path + [key], into: &leaves) }
  }

  private static func owners(of live: JSON?) -> [String: Set<[String]>] {
    var owners: [String: Set<[String]>] = [:]
    for entry in live?["metadata"]["managedFields"].items ?? [] {
      guard let manager = entry["manager"].string else { continue }
      owners[manager] = paths(of: entry["fieldsV1"], at: [])
    }
    return owners
  }

  private static func paths(of tree: JSON, at path: [String]) -> Set<[String]> {
    guard let members = tree.members, !members.isEmpty else { return path.isEmpty ? [] : [path] }
    return members.reduce(into: []) { $0.formUnion(paths(of: $1.value, at: path + [String($1.key.dropFirst(2))])) }
  }

  private static func tree(of paths: Set<[String]>) -> JSON {
    var tree: JSON = [:]
    for path in paths { set([:], at: path.map { "f:\($0)" }[...], in: &tree) }
    return tree
  }

  private static func value(at path: [String], of object: JSON) -> JSON? {
    path.reduce(object) { $0[$1] }
  }

  private static func set(_ value: JSON, at path: ArraySlice<String>, in object: inout JSON) {
    guard let first = path.first else { return }
    if path.count == 1 {
      object[first] = value
      return
    }
    var child = object[first]
    set(value, at: path.dropFirst(), in: &child)
    object[first] = child
  }
}

/// JSON merge patch (RFC 7396).
enum MergePatch {
  static func merge(_ patch: JSON, into target: JSON) -> JSON {
    guard case .object(let members) = patch else { return patch }
    var result = target.members == nil ? [:] : target
    for (key, value) in members {
      result[key] = value == .null ? .null : merge(value, into: result[key])
    }
    return result
  }
}
