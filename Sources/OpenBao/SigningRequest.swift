import BaseEncodings

/// What `<mount>/sign/<role>` is asked for.
public struct SigningRequest: Sendable, Hashable {
  /// Where the `pki` engine of the node's issuer is mounted, such as `pki/org-acme`.
  public var mount: String
  /// The engine's role.
  public var role: String
  /// The certification request (RFC 2986) in DER.
  public var csr: [UInt8]
  /// Names for a role that does not take them from the request: DNS names.
  public var alternativeNames: [String]
  /// The same, URIs.
  public var uris: [String]
  /// The common name for a role that does not take it from the request; `nil` to send none.
  public var commonName: String?
  /// How long the certificate is to be valid, in whole seconds; `nil` for the role's own.
  public var lifetime: Duration?

  /// A request. Names that the role is to take from the CSR need not be repeated here.
  public init(
    mount: String, role: String, csr: [UInt8], commonName: String? = nil, alternativeNames: [String] = [],
    uris: [String] = [], lifetime: Duration? = nil
  ) {
    self.mount = mount
    self.role = role
    self.csr = csr
    self.commonName = commonName
    self.alternativeNames = alternativeNames
    self.uris = uris
    self.lifetime = lifetime
  }

  var body: [UInt8] {
    var json = JSONObject()
    json.add("csr", Self.pem(csr))
    json.add("format", "pem")
    if let commonName { json.add("common_name", commonName) }
    // Lists are texts with commas in this API, and none of these names has one.
    if !alternativeNames.isEmpty { json.add("alt_names", alternativeNames.joined(separator: ",")) }
    if !uris.isEmpty { json.add("uri_sans", uris.joined(separator: ",")) }
    if let lifetime { json.add("ttl", "\(lifetime.components.seconds)s") }
    return json.bytes
  }

  static func pem(_ der: [UInt8]) -> String {
    var lines = ["-----BEGIN CERTIFICATE REQUEST-----"]
    var rest = Base64.string(der)[...]
    while !rest.isEmpty {
      lines.append(String(rest.prefix(64)))
      rest = rest.dropFirst(64)
    }
    return (lines + ["-----END CERTIFICATE REQUEST-----", ""]).joined(separator: "\n")
  }
}
