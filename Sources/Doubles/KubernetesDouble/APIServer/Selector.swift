/// A label selector (equality and existence) with a field selector.
struct Selector: Sendable, Hashable {
  private var labels: [Requirement]
  private var fields: [Requirement]

  private struct Requirement: Sendable, Hashable {
    var key: String
    /// `nil`: it only has to be there.
    var value: String?
    var isEqual: Bool

    func holds(_ actual: String?) -> Bool {
      guard let value else { return actual != nil }
      return (actual == value) == isEqual
    }
  }

  init(labels: String, fields: String) throws(APIStatus) {
    self.labels = try Self.requirements(labels)
    self.fields = try Self.requirements(fields)
  }

  func matches(_ object: JSON) -> Bool {
    let own = object["metadata"]["labels"]
    return labels.allSatisfy { $0.holds(own[$0.key].string) }
      && fields.allSatisfy { requirement in
        let value = requirement.key.split(separator: ".").reduce(object) { $0[String($1)] }
        return requirement.holds(value.string ?? "")
      }
  }

  private static func requirements(_ text: String) throws(APIStatus) -> [Requirement] {
    var all: [Requirement] = []
    for word in text.split(separator: ",") {
      let isUnequal = word.contains("!=")
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first, !first.isEmpty, !word.contains(" ") else {
        throw .badRequest("unable to parse requirement: found '\(word)'")
      }
      let key = String(isUnequal ? first.dropLast() : first)
      let value = parts.count == 2 ? String(parts[1].hasPrefix("=") ? parts[1].dropFirst() : parts[1]) : nil
      all.append(Requirement(key: key, value: value, isEqual: !isUnequal))
    }
    return all
  }
}
