import Foundation
import TestSupport
import Testing

@testable import KubernetesDouble

@Suite(
  "the API server double on a real etcd", .enabled(if: RunningEtcd.program != nil), .serialized,
  .timeLimit(.minutes(3)))
struct APIServerTests {
  private func withCluster(_ body: (RunningCluster) async throws -> Void) async throws {
    let cluster = try await RunningCluster()
    do {
      #expect(try await cluster.ready().status == 200)
      try await body(cluster)
    } catch {
      await cluster.stop()
      throw error
    }
    await cluster.stop()
  }

  @Test("readiness is etcd's, and anonymous requests reach the health endpoints only")
  func health() async throws {
    try await withCluster { cluster in
      let anchors = try Kubeconfig(cluster.kubeconfig("admin")).anchors
      let anonymous = HTTPClient(anchors: anchors)
      let verbose = try await anonymous.send("GET", "\(cluster.url)/readyz?verbose")
      #expect(
        String(decoding: verbose.body, as: UTF8.self) == """
          [+]ping ok
          [+]log ok
          [+]etcd ok
          [+]etcd-readiness ok
          [+]poststarthook/rbac/bootstrap-roles ok
          readyz check passed

          """)
      #expect(try await anonymous.send("GET", "\(cluster.url)/livez").status == 200)
      #expect(try await anonymous.send("GET", "\(cluster.url)/api/v1/nodes").status == 401)
      #expect(try await anonymous.send("GET", "\(cluster.url)/version").status == 401)
      await cluster.loseEtcd()
      let lost = try await anonymous.send("GET", "\(cluster.url)/readyz")
      #expect(lost.status == 500)
      #expect(String(decoding: lost.body, as: UTF8.self).contains("[-]etcd failed: reason withheld"))
    }
  }

  @Test("who one is is the certificate's word, and what one may is RBAC's")
  func authorization() async throws {
    try await withCluster { cluster in
      let vip = try cluster.client("kube-vip")
      let before = await #expect(throws: APIStatus.self) {
        try await vip.list(.leases, namespace: "kube-system")
      }
      #expect(before?.code == 403)
      #expect(
        before?.message == """
          leases.coordination.k8s.io is forbidden: User "low-layer:kube-vip" cannot list resource "leases" in API group \
          "coordination.k8s.io" in the namespace "kube-system"
          """)
      let rbac = try cluster.node.write("/etc/kubernetes/addons/rbac.yaml")
      let applied = await cluster.kubectl(
        "apply", "--server-side", "--force-conflicts", "--field-manager=ll-node", "-f", rbac)
      #expect(applied.status == 0, "\(applied.errors)")
      try await Task.sleep(for: .milliseconds(600))
      #expect(try await vip.list(.leases, namespace: "kube-system").isEmpty)
      let other = await #expect(throws: APIStatus.self) { try await vip.list(.secrets, namespace: "kube-system") }
      #expect(other?.code == 403)
      // A certificate of the front proxy's authority is nobody.
      let stranger = KubeClient(
        server: cluster.url,
        client: HTTPClient(
          anchors: vip.client.anchors,
          identity: try Identity(
            certificateFile: cluster.node.pki.pki.appendingPathComponent("kube-front-proxy-client.pem").path,
            keyFile: cluster.node.pki.pki.appendingPathComponent("kube-front-proxy-client.pem").path)))
      let unknown = await #expect(throws: APIStatus.self) { try await stranger.list(.nodes) }
      #expect(unknown?.code == 401)
    }
  }

  @Test("a kubelet makes and labels its own node, and no other")
  func nodeRestriction() async throws {
    try await withCluster { cluster in
      let kubelet = try cluster.client("kubelet")
      func node(_ name: String, _ labels: JSON) -> JSON {
        ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name), "labels": labels]]
      }
      _ = try await kubelet.create(.nodes, node("master-1", ["pool": "general"]))
      let other = await #expect(throws: APIStatus.self) { try await kubelet.create(.nodes, node("master-2", [:])) }
      #expect(
        other?.message
          == "nodes \"master-2\" is forbidden: node \"master-1\" is not allowed to modify node \"master-2\"")
      let role = await #expect(throws: APIStatus.self) {
        try await kubelet.merge(
          .nodes, name: "master-1", ["metadata": ["labels": ["node-role.kubernetes.io/control-plane": ""]]])
      }
      #expect(role?.message.contains("is not allowed to modify labels: node-role.kubernetes.io/control-plane") == true)
      let label = await cluster.kubectl(
        "label", "node", "master-1", "node-role.kubernetes.io/control-plane=", "--overwrite")
      #expect(label.output == "node/master-1 labeled\n")
      let nodes = await cluster.kubectl(
        "get", "nodes", "--output=jsonpath={range .items[*]}{.metadata.name} {.metadata.labels}{\"\\n\"}{end}")
      #expect(
        nodes.output == "master-1 {\"node-role.kubernetes.io/control-plane\":\"\",\"pool\":\"general\"}\n")
    }
  }

  @Test("every call of ll-node addons")
  func addOns() async throws {
    try await withCluster { cluster in
      #expect(await cluster.kubectl("get", "--raw=/readyz", "--request-timeout=10s").output == "ok")
      let none = await cluster.kubectl(
        "--namespace=kube-system", "get", "configmap", "ll-addons", "--ignore-not-found", "--output=json",
        "--request-timeout=10s")
      #expect(none == Kubectl.Outcome())
      for name in ["rbac", "coredns"] {
        let path = try cluster.node.write("/etc/kubernetes/addons/\(name).yaml")
        let outcome = await cluster.kubectl(
          "apply", "--server-side", "--force-conflicts", "--field-manager=ll-node", "-f", path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let record =
          #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ll-addons","namespace":"kube-system"},"data":{"\#(name)":"abc"}}"#
        let kept = await cluster.kubectl(
          "apply", "--server-side", "--force-conflicts", "--field-manager=ll-node-\(name)", "-f", "-", input: record)
        #expect(kept.output == "configmap/ll-addons serverside-applied\n")
      }
      let records = await cluster.kubectl(
        "--namespace=kube-system", "get", "configmap", "ll-addons", "--ignore-not-found", "--output=json")
      #expect(try JSON(parsing: records.output.utf8)["data"] == ["rbac": "abc", "coredns": "abc"])
      let fault = await cluster.kubectl("get", "configmap", "nothing", "--namespace=kube-system")
      #expect(fault.errors == "Error from server (NotFound): configmaps \"nothing\" not found\n")
      #expect(fault.status == 1)
    }
  }

  @Test("Cilium: installed once, then upgraded; Helm's records; secrets in etcd are encrypted")
  func cilium() async throws {
    try await withCluster { cluster in
      let chart = cluster.node.temporary
      try chart.write("name: cilium\nversion: 1.20.0\n", to: "chart/Chart.yaml")
      let values = try cluster.node.write("/etc/kubernetes/addons/cilium-values.yaml")
      let words = [
        "--namespace", "kube-system", "--chart-directory", chart.url.appendingPathComponent("chart").path, "--version",
        "1.20.0", "--values", values,
      ]
      let environment = ["KUBECONFIG": cluster.kubeconfig("admin")]
      let first = await #expect(throws: Refusal.self) {
        try await CiliumCommand(["upgrade"] + words + ["--reset-values"], environment: environment).run()
      }
      #expect(first?.message == "\"cilium\" has no deployed releases")
      _ = try await CiliumCommand(["install"] + words, environment: environment).run()
      let again = await #expect(throws: Refusal.self) {
        try await CiliumCommand(["install"] + words, environment: environment).run()
      }
      #expect(again?.message == "cannot re-use a name that is still in use")
      _ = try await CiliumCommand(["upgrade"] + words + ["--reset-values"], environment: environment).run()
      let template =
        "{range .items[*]}{.metadata.labels.version} {.metadata.labels.status} createdAt={.metadata.labels.createdAt} "
        + "modifiedAt={.metadata.labels.modifiedAt}{\"\\n\"}{end}"
      let releases = await cluster.kubectl(
        "--namespace=kube-system", "get", "secrets", "--selector=owner=helm,name=cilium",
        "--output=jsonpath=\(template)", "--request-timeout=10s")
      let lines = releases.output.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.first?.hasPrefix("1 superseded createdAt= modifiedAt=") == true)
      #expect(lines.last?.hasPrefix("2 deployed createdAt= modifiedAt=") == true)
      let options = try APIServerOptions(try cluster.node.command("kube-apiserver"))
      let etcd = EtcdGateway(servers: options.etcdServers, client: options.etcdClient)
      let raw = try await etcd.list("/registry/secrets/").entries
      #expect(raw.count == 2)
      #expect(raw.allSatisfy { $0.value.starts(with: Array("k8s:enc:secretbox:v1:key1:".utf8)) })
      let removed = await cluster.kubectl(
        "--namespace=kube-system", "delete", "secrets", "--selector=owner=helm,name=cilium,version=2",
        "--ignore-not-found")
      #expect(removed.output == "secret \"sh.helm.release.v1.cilium.v2\" deleted\n")
    }
  }

  @Test("two at once: one holds the lease, the other takes it when it is no longer renewed")
  func leases() async throws {
    try await withCluster { cluster in
      // Long enough that on a busy machine the lease is not over when the other looks once more.
      let timing = LeaderElection.Timing(duration: 5, retry: .milliseconds(100))
      func election(_ name: String) throws -> LeaderElection {
        LeaderElection(
          client: try cluster.client("scheduler"), name: "kube-scheduler", identity: name, timing: timing,
          log: Log(name: "test"))
      }
      let (one, two) = (try election("one"), try election("two"))
      async let first: Void = one.look()
      async let second: Void = two.look()
      _ = await (first, second)
      let leaders = [await one.isLeader, await two.isLeader]
      #expect(leaders.filter { $0 }.count == 1)
      let other = leaders[0] ? two : one
      await other.look()
      #expect(await !other.isLeader)
      let deadline = ContinuousClock.now + .seconds(60)
      while await !other.isLeader, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(200))
        await other.look()
      }
      #expect(await other.isLeader)
    }
  }

  @Test("what somebody else has written in the meantime is a conflict")
  func conflict() async throws {
    try await withCluster { cluster in
      let admin = try cluster.client("admin")
      let map: JSON = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "default"], "data": ["k": "1"],
      ]
      var old = try await admin.create(.configMaps, namespace: "default", map)
      _ = try await admin.merge(.configMaps, namespace: "default", name: "a", ["data": ["k": "2"]])
      old["data"]["k"] = "3"
      let late = old
      let status = await #expect(throws: APIStatus.self) {
        try await admin.update(.configMaps, namespace: "default", late)
      }
      #expect(status?.code == 409)
      #expect(status?.message.hasPrefix("Operation cannot be fulfilled on configmaps \"a\"") == true)
      let nowhere = await #expect(throws: APIStatus.self) {
        try await admin.create(
          .configMaps, namespace: "nowhere", ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"]])
      }
      #expect(nowhere?.message == "namespaces \"nowhere\" not found")
    }
  }
}
