import Diagnostics
import Foundation
import NodeBoot
import Synchronization
import TestSupport
import Testing

@Suite("Add-ons: applied once, in order, whoever comes first", .timeLimit(.minutes(5)))
struct AddOnsTests {
  static let everything = [
    "kubectl apply --field-manager=ll-node -f addons/rbac.yaml", "kubectl apply --field-manager=ll-node-rbac -f -",
    "cilium install --namespace kube-system --chart-directory /chart/cilium --version 1.20.0 "
      + "--values addons/cilium-values.yaml", "kubectl apply --field-manager=ll-node-cilium -f -",
    "kubectl apply --field-manager=ll-node -f addons/coredns.yaml",
    "kubectl apply --field-manager=ll-node-coredns -f -",
    "kubectl label node master-1 node-role.kubernetes.io/control-plane= --overwrite",
  ]

  func faults(_ statuses: [ReadinessStatus]) -> [String] {
    statuses.flatMap { status in status.findings.map { "\(status.name): \($0.message)" } }
  }

  @Test("the first look applies everything in order, the second nothing")
  func idempotent() async throws {
    let cluster = try FakeCluster()
    var addOns = try cluster.addOns()
    let statuses = await addOns.check()
    #expect(faults(statuses).isEmpty)
    #expect(statuses.map(\.name) == ["api-server", "rbac", "cilium", "coredns", "labels-master-1"])
    #expect(try cluster.changes() == Self.everything)
    #expect(
      cluster.events() == [
        .applying("rbac"), .applied("rbac", by: "apply"), .applying("cilium"), .applied("cilium", by: "install"),
        .applying("coredns"), .applied("coredns", by: "apply"), .applied("labels-master-1", by: "label"),
        .pending(["worker-1"]),
      ])
    #expect(faults(await addOns.check()).isEmpty)
    #expect(try cluster.changes().isEmpty)
    #expect(cluster.events().isEmpty)
    // Another process, the same node.
    var again = try cluster.addOns()
    #expect(faults(await again.check()).isEmpty)
    #expect(try cluster.changes().isEmpty)
  }

  @Test("the hash is that of what is applied, in the cluster and on the node")
  func hashes() async throws {
    let cluster = try FakeCluster()
    var addOns = try cluster.addOns()
    _ = await addOns.check()
    // printf '7:objects8:kind: A\n' | sha256sum, with each field after its length.
    let record = try cluster.folder.text("cluster/records/rbac")
    let sum = try Command(["sh", "-c", "printf '7:objects8:kind: A\\n' | sha256sum | cut -d' ' -f1"]).output
    #expect(record == sum)
    #expect(try cluster.folder.text("state/addons/rbac.sha256") == sum)
    #expect(!cluster.has("state/addons/rbac.sha256.new"))
  }

  @Test("children get three variables and no more")
  func environment() async throws {
    let cluster = try FakeCluster()
    var addOns = try cluster.addOns()
    _ = await addOns.check()
    let names = try cluster.folder.text("environment").split(separator: "\n").map { $0.prefix { $0 != "=" } }
    #expect(Set(names).subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == ["HOME", "KUBECONFIG", "PATH"])
  }

  @Test("a changed file applies only what it belongs to; Cilium is upgraded then")
  func changed() async throws {
    let cluster = try FakeCluster()
    var addOns = try cluster.addOns()
    _ = await addOns.check()
    _ = try cluster.changes()
    try cluster.folder.write("kind: C\n", to: "addons/coredns.yaml")
    #expect(faults(await addOns.check()).isEmpty)
    #expect(
      try cluster.changes() == [
        "kubectl apply --field-manager=ll-node -f addons/coredns.yaml",
        "kubectl apply --field-manager=ll-node-coredns -f -",
      ])
    try cluster.folder.write("ipam: {mode: x}\n", to: "addons/cilium-values.yaml")
    #expect(faults(await addOns.check()).isEmpty)
    let upgrade =
      "cilium upgrade --namespace kube-system --chart-directory /chart/cilium --version 1.20.0 "
      + "--values addons/cilium-values.yaml --reset-values"
    #expect(try cluster.changes() == [upgrade, "kubectl apply --field-manager=ll-node-cilium -f -"])
  }

  @Test("while the API server is not ready, nothing else is asked")
  func notReady() async throws {
    let cluster = try FakeCluster(ready: false)
    var addOns = try cluster.addOns()
    for _ in 0..<2 {
      #expect(
        faults(await addOns.check()) == [
          "api-server: kubectl get: exit status 1: The connection to the server 127.0.0.1:7443 was refused"
        ])
    }
    #expect(try cluster.folder.text("log").split(separator: "\n").allSatisfy { $0.contains("--raw=/readyz") })
    try cluster.folder.write("", to: "cluster/ready")
    #expect(faults(await addOns.check()).isEmpty)
    #expect(try cluster.changes().suffix(7) == Self.everything[...])
  }

  @Test("what another master has applied is not applied again, and is remembered here")
  func otherMaster() async throws {
    let cluster = try FakeCluster()
    var first = try cluster.addOns(state: "one")
    _ = await first.check()
    _ = try cluster.changes()
    _ = cluster.events()
    var second = try cluster.addOns(state: "two", labels: false)
    #expect(faults(await second.check()).isEmpty)
    #expect(try cluster.changes().isEmpty)
    #expect(cluster.events() == [.present("rbac"), .present("cilium"), .present("coredns")])
    #expect(try cluster.folder.text("one/addons/cilium.sha256") == cluster.folder.text("two/addons/cilium.sha256"))
  }

  @Test("three masters that begin together end with everything applied and one release")
  func together() async throws {
    let cluster = try FakeCluster()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for state in ["one", "two", "three"] {
        let addOns = try cluster.addOns(state: state)
        group.addTask {
          var addOns = addOns
          for _ in 0..<50 where await !addOns.check().allSatisfy(\.isReady) {}
        }
      }
      try await group.waitForAll()
    }
    for state in ["one", "two", "three"] {
      var addOns = try cluster.addOns(state: state)
      #expect(faults(await addOns.check()).isEmpty)
    }
    #expect(try cluster.folder.text("cluster/releases/1") == "1 deployed\n")
    #expect(try cluster.folder.text("cluster/rbac.yaml") == "kind: A\n")
  }

  @Test("a master that only reboots does not take back what another has brought")
  func superseded() async throws {
    let cluster = try FakeCluster()
    var old = try cluster.addOns(state: "old")
    _ = await old.check()
    try cluster.folder.write("kind: C\n", to: "addons/coredns.yaml")
    var new = try cluster.addOns(state: "new")
    _ = await new.check()
    try cluster.folder.write("kind: B\n", to: "addons/coredns.yaml")
    _ = try cluster.changes()
    _ = cluster.events()
    var rebooted = try cluster.addOns(state: "old")
    #expect(faults(await rebooted.check()).isEmpty)
    #expect(try cluster.changes().isEmpty)
    #expect(cluster.events().contains(.superseded("coredns")))
    // A cluster that has lost its record gets everything again.
    try cluster.remove("cluster/records/coredns")
    _ = await rebooted.check()
    #expect(try cluster.changes().first == "kubectl apply --field-manager=ll-node -f addons/coredns.yaml")
  }

  @Test("a failing add-on is told with kubectl's own words and tried again later; the others go on")
  func failing() async throws {
    let cluster = try FakeCluster()
    try cluster.folder.write("", to: "fail-rbac.yaml")
    // Long enough for two looks, however busy the machine is.
    let pause = Duration.seconds(10)
    var addOns = try cluster.addOns(timing: .init(pause: pause))
    let fault = "rbac: kubectl apply: exit status 1: Error from server: admission refused rbac.yaml"
    #expect(faults(await addOns.check()) == [fault])
    #expect(try cluster.changes() == [Self.everything[0]] + Self.everything[2...])
    #expect(faults(await addOns.check()) == [fault])
    #expect(try cluster.changes().isEmpty, "before the pause is over")
    try cluster.remove("fail-rbac.yaml")
    try await Task.sleep(for: pause + .milliseconds(50))
    #expect(faults(await addOns.check()).isEmpty)
    #expect(try cluster.changes() == Array(Self.everything[..<2]))
  }

  @Test("a child that hangs is killed with its children at the deadline")
  func hanging() async throws {
    let cluster = try FakeCluster()
    try cluster.folder.write("", to: "hang-cilium")
    // Time for its words, and for the run after it, on a busy machine too.
    var addOns = try cluster.addOns(timing: .init(cilium: .seconds(5), pause: .zero))
    #expect(
      faults(await addOns.check()) == [
        "cilium: cilium install: killed after 5.0 seconds, its deadline: waiting for hooks"
      ])
    #expect(cluster.has("cluster/coredns.yaml"))
    try #expect(hasEnded(cluster.folder.text("hanging")))
    try cluster.remove("hang-cilium")
    #expect(faults(await addOns.check()).isEmpty)
  }

  @Test("a file or program that is not there is a fault, not an end")
  func missing() async throws {
    let cluster = try FakeCluster()
    try cluster.remove("addons/coredns.yaml")
    var addOns = try cluster.addOns()
    #expect(faults(await addOns.check()) == ["coredns: cannot be read: No such file or directory"])
    let manifest = AddOnManifest(
      kubeconfig: "/k", kubectl: "/absent/kubectl", stateDirectory: "/s", addOns: [.objects(.init(path: "/a"))])
    var without = AddOns(manifest, node: "n") { _ in }
    #expect(
      faults(await without.check()) == [
        "api-server: kubectl get: cannot be started: /absent/kubectl: No such file or directory"
      ])
  }

  @Test("an unfinished installation of unknown age is left to people, and says so")
  func ageless() async throws {
    let cluster = try FakeCluster()
    try cluster.folder.write("1 pending-install createdAt= modifiedAt=\n", to: "cluster/releases/1")
    var addOns = try cluster.addOns()
    #expect(
      faults(await addOns.check()) == [
        "cilium: Helm's release is pending-install, and its record does not say since when: remove it by hand"
      ])
  }

  @Test("an add-on may be called like a node's labels, or pending, without being taken for them")
  func sameName() async throws {
    let cluster = try FakeCluster(nodes: ["master-1", "worker-1"])
    let path = "\(cluster.path)/addons"
    for name in ["labels-master-1", "pending"] { try cluster.folder.write("kind: X\n", to: "addons/\(name).yaml") }
    try cluster.folder.write("", to: "fail-labels-master-1.yaml")
    let text = cluster.manifest().replacingOccurrences(
      of: "[NodeLabels]\nNode=master-1",
      with: "[Manifest]\nPath=\(path)/labels-master-1.yaml\n[Manifest]\nPath=\(path)/pending.yaml\n"
        + "[NodeLabels]\nNode=master-1")
    var report = Report()
    let manifest = try #require(AddOnManifest(parsing: Array(text.utf8), report: &report))
    let heard = Mutex<[AddOns.Event]>([])
    var addOns = AddOns(manifest, node: "master-1", timing: .init(pause: .seconds(60))) { event in
      heard.withLock { $0.append(event) }
    }
    let statuses = await addOns.check()
    #expect(statuses.filter { !$0.isReady }.map(\.path) == ["\(path)/labels-master-1.yaml"])
    #expect(try cluster.changes().contains { $0.hasPrefix("kubectl label node master-1") })
    #expect(!heard.withLock { $0 }.contains(.pending([])))
  }

  @Test("labels: an absent node is pending, this one is waited for, and a node that lost its labels gets them again")
  func labels() async throws {
    let cluster = try FakeCluster(nodes: [])
    var addOns = try cluster.addOns()
    #expect(faults(await addOns.check()) == ["labels-master-1: the node is not registered yet"])
    #expect(cluster.events().last == .pending(["worker-1"]))
    try cluster.folder.write("", to: "cluster/nodes/master-1")
    #expect(faults(await addOns.check()).isEmpty)
    _ = try cluster.changes()
    try cluster.folder.write(",\"zone\":\"b\"", to: "cluster/nodes/worker-1")
    #expect(faults(await addOns.check()).isEmpty)
    let worker = "kubectl label node worker-1 node-role.kubernetes.io/worker= zone=a --overwrite"
    #expect(try cluster.changes() == [worker])
    #expect(cluster.events().suffix(2) == [.applied("labels-worker-1", by: "label"), .pending([])])
    try cluster.folder.write("", to: "cluster/nodes/worker-1")
    _ = await addOns.check()
    #expect(try cluster.changes() == [worker])
  }

  @Test(
    "an unfinished installation is waited for while it may be another master's, then taken over",
    arguments: [
      ("1 pending-install", 300, nil), ("1 pending-install", 400, "install"), ("2 pending-upgrade", 400, "upgrade"),
      ("1 failed", 0, "upgrade"),
    ] as [(String, Int, String?)], ["createdAt", "modifiedAt"])
  func unfinished(_ unfinished: (record: String, age: Int, expected: String?), label: String) async throws {
    let (record, age, expected) = unfinished
    let cluster = try FakeCluster()
    let revision = String(record.prefix(1))
    if revision == "2" { try cluster.folder.write("1 deployed\n", to: "cluster/releases/1") }
    try cluster.folder.write("\(record) \(label)=1000000\n", to: "cluster/releases/\(revision)")
    var addOns = try cluster.addOns(now: { Date(timeIntervalSince1970: Double(1_000_000 + age)) })
    let statuses = await addOns.check()
    let work = try cluster.changes().filter { $0.hasPrefix("cilium") || $0.contains("delete") }
    guard let expected else {
      #expect(
        faults(statuses) == [
          "cilium: Helm's release is pending-install: another master is at it, or was stopped at it "
            + "(then it is taken over after 360 s)"
        ])
      #expect(work.isEmpty)
      return
    }
    #expect(faults(statuses).isEmpty)
    #expect(work.last?.hasPrefix("cilium \(expected)") == true)
    let selector = "owner=helm,name=cilium,version=\(revision),\(label)=1000000"
    #expect(work.contains { $0.contains("--selector=\(selector) --ignore-not-found") } == record.contains("pending"))
  }
}

/// Whether the process whose number is in `text` is there and no zombie.
func isRunning(_ text: String) throws -> Bool {
  let pid = text.trimmingCharacters(in: .whitespacesAndNewlines)
  guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
  return !status.contains(") Z ")
}

/// Whether that process ends within half a minute: a kill is not over when kill(2) is.
func hasEnded(_ text: String) throws -> Bool {
  for _ in 0..<3000 {
    if try !isRunning(text) { return true }
    Thread.sleep(forTimeInterval: 0.01)
  }
  return false
}
