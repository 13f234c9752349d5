import Foundation
import Testing

/// What a person would ask a running cluster, asked on its nodes.
extension LabMachines {
  /// OpenBao's answer to `/v1/sys/health` on the master `name`: 200 it leads, 429 it follows; `nil` where it does not answer.
  func health(_ name: String) throws -> Int? {
    let code = try output(
      name,
      [
        "sh", "-c",
        "curl --silent --insecure --max-time 3 --output /dev/null --write-out '%{http_code}' \"$0\" || true",
        "https://\(Self.address(name)):8200/v1/sys/health",
      ])
    return Int(code).flatMap { $0 == 0 ? nil : $0 }
  }

  /// How many of `names` lead OpenBao's cluster.
  func leaders(among names: [String]) throws -> Int { try names.count { try health($0) == 200 } }

  /// The cluster that OpenBao on `name` belongs to; `nil` where it does not say.
  func clusterID(_ name: String) throws -> String? {
    let text = try output(
      name,
      [
        "sh", "-c", "curl --silent --insecure --max-time 3 \"$0\" || true",
        "https://\(Self.address(name)):8200/v1/sys/health?standbyok=true",
      ])
    let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return object?["cluster_id"] as? String
  }

  /// All of `names` are unsealed members of one and the same cluster with one leader.
  func expectOneCluster(of names: [String]) throws {
    try wait("one leader among \(names)", seconds: 60) { try leaders(among: names) == 1 }
    var clusters: Set<String?> = []
    // Whoever is busy or not yet unsealed does not say; what is said once stays.
    try wait("the cluster of each of \(names)") {
      clusters = try Set(names.map { try clusterID($0) })
      return !clusters.contains(nil)
    }
    #expect(clusters.count == 1, "clusters: \(clusters)")
  }

  /// Whether the Kubernetes API answers `/readyz` through the node's own way to it.
  func isAPIReady(from name: String) throws -> Bool {
    try output(
      name,
      [
        "sh", "-c",
        "curl --silent --insecure --max-time 3 --cert \"$0\" --key \"$0\" https://127.0.0.1:7443/readyz || true",
        "/etc/kubernetes/pki/kubelet.pem",
      ]) == "ok"
  }

  /// How many members of etcd answer their own health endpoint's twin on the network.
  func etcdMembersThatAnswer(from name: String) throws -> Int {
    try Self.masters.count { master in
      try output(
        name,
        [
          "sh", "-c",
          "curl --silent --insecure --max-time 3 --cert \"$0\" --key \"$0\" \"$1\" || true",
          "/etc/kubernetes/pki/kube-apiserver-etcd-client.pem", "https://\(Self.address(master)):2379/health",
        ]
      ).contains("\"true\"")
    }
  }

  /// Every node of `names` is registered.
  func expectNodes(_ names: [String], askedFrom master: String) throws {
    try wait("the nodes \(names)", seconds: 30) {
      let text = try output(
        master,
        [
          "sh", "-c", "curl --silent --insecure --max-time 5 --cert \"$0\" --key \"$0\" \"$1\" || true",
          "/etc/kubernetes/pki/kube-admin.pem", "https://127.0.0.1:7443/api/v1/nodes",
        ])
      struct List: Decodable {
        struct Item: Decodable {
          struct Metadata: Decodable { var name: String }
          var metadata: Metadata
        }
        var items: [Item]
      }
      let list = try? JSONDecoder().decode(List.self, from: Data(text.utf8))
      return Set(list?.items.map(\.metadata.name) ?? []) == Set(names)
    }
  }

  /// The hashes of the certificates in `/etc/kubernetes/pki`.
  func certificates(_ name: String) throws -> String {
    try output(name, ["sh", "-c", "cd /etc/kubernetes/pki && sha256sum *.pem"])
  }

  /// The address of `name` in the example cluster.
  static func address(_ name: String) -> String {
    let last = ["master-1": 11, "master-2": 12, "master-3": 13, "worker-1": 21, "worker-2": 22][name] ?? 0
    return "10.20.0.\(last)"
  }
}
