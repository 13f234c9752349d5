import Foundation
import X509

/// The `pki` engine: a real certificate authority behind roles (OpenBao, `builtin/logical/pki`).
struct CertificateEngine {
  let mount: Mount
  /// Who asks, for roles that are templates.
  let identity: Identity

  init(_ mount: Mount, identity: Identity = Identity()) {
    self.mount = mount
    self.identity = identity
  }

  func place(_ path: String) -> String { mount.storage + path }

  /// What is read without a token.
  static func isOpen(_ path: String) -> Bool {
    if ["ca", "ca/pem", "ca_chain", "crl", "crl/pem"].contains(path) || path.hasPrefix("cert/") { return true }
    let parts = path.split(separator: "/")
    return parts.count == 3 && parts[0] == "issuer" && ["json", "pem", "der"].contains(parts[2])
  }

  func respond(
    _ path: String, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    let parts = path.split(separator: "/").map(String.init)
    switch (parts.first ?? "", parts.count) {
    case ("roles", _): return try roles(parts.dropFirst().first, operation, request, &transaction)
    case ("issue", 2):
      guard operation == .update else { throw .unsupportedOperation }
      return try issue(parts[1], request, signs: false, &transaction)
    case ("sign", 2):
      guard operation == .update else { throw .unsupportedOperation }
      return try issue(parts[1], request, signs: true, &transaction)
    case ("issuers", _), ("issuer", _), ("keys", _), ("config", _):
      return try authorities(parts, operation, request, &transaction)
    case ("revoke", 1):
      guard operation == .update else { throw .unsupportedOperation }
      return try revoke(request, &transaction)
    case ("certs", 1):
      guard operation == .list else { throw .unsupportedOperation }
      return .keys(transaction.names(under: place("cert/")))
    default:
      guard operation == .read, Self.isOpen(path) else { throw .unsupportedPath }
      return try published(path, request, transaction)
    }
  }

  private func roles(
    _ name: String?, _ operation: APIRequest.Operation, _ request: APIRequest, _ transaction: inout Transaction
  ) throws(APIError) -> APIResponse {
    guard let name else {
      guard operation == .list else { throw .unsupportedOperation }
      return .keys(transaction.names(under: place("role/")))
    }
    switch operation {
    case .read:
      guard let role = transaction[place("role/\(name)")] else { throw .notFound }
      return .data(role)
    case .update:
      let role = try CertificateRole(request.body)
      transaction[place("role/\(name)")] = role.data
      return .data(role.data, warnings: role.warnings)
    case .delete:
      transaction[place("role/\(name)")] = nil
      return .nothing
    default: throw .unsupportedOperation
    }
  }

  private func revoke(_ request: APIRequest, _ transaction: inout Transaction) throws(APIError) -> APIResponse {
    let serial = (request.body[key: "serial_number"].text ?? "").lowercased().replacing("-", with: ":")
    guard !serial.isEmpty else { throw APIError("The serial number must be provided") }
    guard var entry = transaction[place("cert/\(serial)")] else {
      throw APIError("certificate with serial \(serial) not found.")
    }
    if entry[key: "revocation_time"].integer ?? 0 == 0 {
      entry[key: "revocation_time"] = .integer(Int(request.now.timeIntervalSince1970))
      entry[key: "revocation_time_rfc3339"] = .string(Timestamp.text(request.now))
      entry[key: "issuer_id"] = .string(try issuer("default", transaction).id)
      transaction[place("cert/\(serial)")] = entry
    }
    return .data([
      "revocation_time": entry[key: "revocation_time"],
      "revocation_time_rfc3339": entry[key: "revocation_time_rfc3339"],
      "state": "revoked",
    ])
  }

  func published(
    _ path: String, _ request: APIRequest, _ transaction: Transaction
  ) throws(APIError) -> APIResponse {
    let parts = path.split(separator: "/").map(String.init)
    if parts[0] == "issuer" {
      let issuer = try self.issuer(parts[1], transaction)
      switch parts[2] {
      case "der": return APIResponse(body: .raw(try issuer.der(), type: "application/pkix-cert"))
      case "pem": return APIResponse(body: .raw(Array(issuer.pem.utf8), type: "application/pem-certificate-chain"))
      default:
        return .data([
          "ca_chain": .strings(issuer.chain.map { $0 + "\n" }), "certificate": .string(issuer.pem + "\n"),
          "issuer_id": .string(issuer.id), "issuer_name": .string(issuer.name),
        ])
      }
    }
    if path.hasSuffix("crl") || path.hasSuffix("crl/pem") {
      let list = try revocationList(request, transaction)
      let text = DERBytes.pem("X509 CRL", list)
      switch path {
      case "crl": return APIResponse(body: .raw(list, type: "application/pkix-crl"))
      case "crl/pem": return APIResponse(body: .raw(Array((text + "\n").utf8), type: "application/x-pem-file"))
      default: return .data(Self.entry(text))
      }
    }
    // Nothing to publish yet is no fault.
    if transaction[place("config/issuers")] == nil, path == "ca" || path.hasPrefix("ca/") || path == "ca_chain" {
      return .nothing
    }
    switch path {
    case "ca", "cert/ca/raw":
      return APIResponse(body: .raw(try issuer("default", transaction).der(), type: "application/pkix-cert"))
    case "ca/pem", "cert/ca/raw/pem":
      let pem = try issuer("default", transaction).pem
      return APIResponse(body: .raw(Array(pem.utf8), type: "application/pem-certificate-chain"))
    case "ca_chain":
      let text = try issuer("default", transaction).chain.joined(separator: "\n")
      return APIResponse(body: .raw(Array(text.utf8), type: "application/pkix-cert"))
    case "cert/ca": return .data(Self.entry(try issuer("default", transaction).pem))
    case "cert/ca_chain":
      let text = try issuer("default", transaction).chain.joined(separator: "\n")
      var data = Self.entry(text)
      data[key: "ca_chain"] = .string(text)
      return .data(data)
    default:
      let serial = parts[1].lowercased().replacing("-", with: ":")
      guard parts[0] == "cert", serial.contains(":"), parts.count == 2 else {
        throw APIError(404, ["unsupported path"])
      }
      guard let entry = transaction[place("cert/\(serial)")] else { throw .notFound }
      return .data(entry)
    }
  }

  private static func entry(_ text: String) -> JSONValue {
    ["certificate": .string(text), "revocation_time": 0, "revocation_time_rfc3339": ""]
  }

  private func revocationList(_ request: APIRequest, _ transaction: Transaction) throws(APIError) -> [UInt8] {
    let issuer = try self.issuer("default", transaction)
    let key = try issuer.key(transaction, self)
    var entries: [UInt8] = []
    for name in transaction.names(under: place("cert/")) {
      let time = transaction[place("cert/\(name)")]?[key: "revocation_time"].integer ?? 0
      guard time > 0, let serial = Hex.bytes(name.replacing(":", with: "")) else { continue }
      entries += DERBytes.sequence(
        DERBytes.integer(serial), DERBytes.time(Date(timeIntervalSince1970: Double(time))))
    }
    let expiry = transaction[place("config/crl")]?[key: "expiry"] ?? "72h"
    let seconds = (try? GoDuration.seconds(expiry)) ?? 259_200
    return try issuer.revocationList(entries, key: key, from: request.now, to: request.now.addingTimeInterval(seconds))
  }
}
