import Foundation
import NIOSSL

/// `bao status`: exit 0 unsealed, 2 sealed or not initialised, 1 where there is no answer.
public enum StatusCommand {
  /// Asks the server that the environment names (`BAO_ADDR`, `BAO_CACERT`, `BAO_TLS_SERVER_NAME`, or `VAULT_…`).
  /// Returns the exit status, and what is printed to standard output and standard error.
  public static func run(_ arguments: [String]) async -> (status: Int32, output: String, errors: String) {
    let asJSON = arguments.contains("-format=json")
    if let other = arguments.first(where: { $0 != "-format=json" && $0 != "-format=table" }) {
      return (1, "", "flag provided but not defined: \(other)\n")
    }
    let address = setting("ADDR") ?? "https://127.0.0.1:8200"
    do {
      let client = try HTTPSClient(tls: try tls(), serverName: setting("TLS_SERVER_NAME"))
      let seal = try await client.send(HTTPCall(method: "GET", target: "/v1/sys/seal-status"), to: address, timeout: 10)
      guard seal.status == 200 else { return (1, "", "Error checking seal status: Code: \(seal.status)\n") }
      var status = seal.json
      if status[key: "sealed"] == false {
        let leader = try await client.send(HTTPCall(method: "GET", target: "/v1/sys/leader"), to: address, timeout: 10)
        for (name, value) in leader.json.members { status[key: name] = value }
      }
      let code: Int32 = status[key: "sealed"] == false ? 0 : 2
      if asJSON { return (code, String(decoding: try status.bytes(), as: UTF8.self) + "\n", "") }
      return (code, table(status), "")
    } catch {
      return (1, "", "Error checking seal status: Get \"\(address)/v1/sys/seal-status\": \(error)\n")
    }
  }

  private static func setting(_ name: String) -> String? {
    Environment.value(of: "BAO_\(name)") ?? Environment.value(of: "VAULT_\(name)")
  }

  private static func tls() throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = setting("CACERT") { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path)) }
    if setting("SKIP_VERIFY") == "true" { tls.certificateVerification = .none }
    return tls
  }

  private static func table(_ status: JSONValue) -> String {
    func text(_ key: String) -> String {
      switch status[key: key] {
      case .string(let text): text
      case .boolean(let value): String(value)
      case .integer(let number): String(number)
      default: ""
      }
    }
    var rows = [
      ("Key", "Value"), ("---", "-----"), ("Seal Type", text("type")),
      ("Recovery Seal Type", text("recovery_seal_type")), ("Initialized", text("initialized")),
      ("Sealed", text("sealed")),
      ("Total Recovery Shares", text("n")), ("Threshold", text("t")),
    ]
    if status[key: "sealed"] != false { rows += [("Unseal Progress", "0/0"), ("Unseal Nonce", "n/a")] }
    rows += [("Version", text("version")), ("Storage Type", text("storage_type"))]
    if status[key: "sealed"] == false {
      let isActive = status[key: "is_self"] == true
      rows += [
        ("Cluster Name", text("cluster_name")), ("Cluster ID", text("cluster_id")), ("HA Enabled", "true"),
        ("HA Cluster", text("leader_cluster_address")), ("HA Mode", isActive ? "active" : "standby"),
      ]
      rows.append(
        isActive ? ("Active Since", text("active_time")) : ("Active Node Address", text("leader_address")))
      rows += [
        ("Raft Committed Index", text("raft_committed_index")), ("Raft Applied Index", text("raft_applied_index")),
      ]
    } else {
      rows.append(("HA Enabled", "true"))
    }
    return rows.map { $0.0 + String(repeating: " ", count: 25 - $0.0.count) + $0.1 + "\n" }.joined()
  }
}
