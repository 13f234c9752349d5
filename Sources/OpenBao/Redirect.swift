/// Where an answer sends its request: to the leader, with what OpenBao has as its `api_addr`.
struct Redirect {
  let location: String
  let path: String

  init(_ answer: ServerAnswer, _ call: APICall) {
    location = answer.location ?? ""
    path = "/v1/\(call.path)"
  }

  /// The address, where it is one of the endpoint's own and the path stays the same: nobody else gets a token or a secret.
  func address(in endpoint: OpenBaoEndpoint) throws(OpenBaoError) -> OpenBaoAddress {
    let place = location.isEmpty ? "nowhere" : OpenBaoError.shortened(location)
    guard location.hasPrefix("https://"), location.hasSuffix(path),
      let address = try? OpenBaoAddress(String(location.dropLast(path.count))), endpoint.addresses.contains(address)
    else { throw .redirected(place) }
    return address
  }
}
