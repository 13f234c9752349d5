import NodeAgent

/// What the double is told.
struct FleetOptions {
  static let usage = """
    usage: fleet-double --count N --folder DIR --operator HOST:PORT --operator-name NAME --anchor FILE [--at-once N]
    Makes N nodes of the organisation org-fleet in DIR, and DIR/org-fleet.pem, its issuer; a line on standard input \
    starts them, at most so many at once on their way to a license, and its end stops them.
    """

  var count: Int
  var folder: String
  var endpoint: OperatorEndpoint
  var atOnce: Int

  /// `nil` where that is no use.
  init?(_ arguments: [String]) {
    var values: [String: String] = [:]
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      values[name] = value
    }
    guard
      Set(values.keys).isSubset(of: ["--count", "--folder", "--operator", "--operator-name", "--anchor", "--at-once"]),
      let count = values["--count"].flatMap({ Int($0) }), (1...100_000).contains(count),
      let folder = values["--folder"],
      let place = values["--operator"].flatMap(OperatorEndpoint.hostAndPort), let name = values["--operator-name"],
      let anchor = values["--anchor"], let atOnce = Int(values["--at-once"] ?? "\(count)"), atOnce > 0
    else { return nil }
    self.count = count
    self.folder = folder
    self.atOnce = atOnce
    endpoint = OperatorEndpoint(host: place.host, port: place.port, name: name, anchors: anchor, tokenFile: nil)
  }
}
