import BootChain
import BootLab
import Foundation
import Testing

/// One cluster from its first boot on: three masters and two workers in containers. Each test goes on from where the one before it ended.
@Suite("The life of a cluster", .serialized, .needsWholeMatrix, SharedMachines(name: "life"))
struct ClusterLifeTests {
  private static let workers = ["worker-1", "worker-2"]
  private static let everyone = LabMachines.masters + workers

  @Test("two masters begin without the third, which a person has declared absent; a worker joins them")
  func beginning() throws {
    try SharedMachines.step { cluster in
      try cluster.boot(["master-1", "master-2", "worker-1"])
      // The gate waits for every peer, for ever; this is how a person tells it not to (docs/operations.md).
      try cluster.expectWords("master-3", on: "master-1", unit: ChainUnit.bootstrapGate)
      #expect(
        try !cluster.isReady(ChainUnit.openbao, on: "master-1"),
        "initialised without a peer that nobody declared absent")
      _ = try cluster.output(
        "master-1", ["sh", "-c", "mkdir -p /run/ll && echo master-3 >/run/ll/bootstrap-absent-peers"])
      try cluster.expectProof(on: ["master-1", "master-2", "worker-1"])
      try cluster.report(["master-1", "master-2", "worker-1"], "a new cluster of two masters and a worker")
    }
  }

  @Test("a master joins running peers within 20 s, a worker within 12 s, each from a new disk")
  func joining() throws {
    try SharedMachines.step { cluster in
      try cluster.boot(["master-3"])
      try cluster.expectProof(on: ["master-3"])
      try cluster.report(["master-3"], "one master against running peers (goal 20 s)")
      try cluster.boot(["worker-2"])
      try cluster.expectProof(on: ["worker-2"])
      try cluster.report(["worker-2"], "one worker (goal 12 s)")
      #expect(try cluster.time("master-3") < .seconds(60) && cluster.time("worker-2") < .seconds(36))
      try cluster.expectOneCluster(of: LabMachines.masters)
      try cluster.expectNodes(Self.everyone, askedFrom: "master-3")
    }
  }

  @Test("the second boot of all: the same certificates, nothing initialised, fetched or unpacked again")
  func secondBoot() throws {
    try SharedMachines.step { cluster in
      let before = try Dictionary(uniqueKeysWithValues: Self.everyone.map { ($0, try cluster.certificates($0)) })
      let identity = try cluster.clusterID("master-1")
      try cluster.powerOff(Self.everyone.reversed())
      try cluster.boot(Self.everyone, isFirst: false)
      try cluster.expectProof(on: Self.everyone)
      try cluster.report(Self.everyone, "second boot of all five at once")
      for name in Self.everyone {
        #expect(try cluster.certificates(name) == before[name], "\(name): other certificates than before")
        let stages = try cluster.machine(name).timeline().stages
        let unpacked = stages.filter { $0.stage.unit.hasPrefix("ll-unpack-") }
        #expect(!unpacked.isEmpty && unpacked.allSatisfy { $0.state == .skipped }, "\(name) unpacked again")
        let said = try cluster.machine(name).entries.map(\.message)
        #expect(!said.contains { $0.contains("Trying to pull") }, "\(name) pulled an image")
      }
      try cluster.expectOneCluster(of: LabMachines.masters)
      #expect(try cluster.clusterID("master-1") == identity, "another cluster than before the second boot")
    }
  }

  @Test("a rolling reboot of the masters: OpenBao and the Kubernetes API answer all the while")
  func rollingReboot() throws {
    try SharedMachines.step { cluster in
      for name in LabMachines.masters {
        let others = LabMachines.masters.filter { $0 != name }
        try cluster.powerOff([name])
        try cluster.wait("a leader without \(name)", seconds: 20) { try cluster.leaders(among: others) == 1 }
        try cluster.wait("the API without \(name)", seconds: 20) { try cluster.isAPIReady(from: "worker-1") }
        try cluster.boot([name], isFirst: false)
        try cluster.expectProof(on: [name])
        try cluster.report([name], "second boot of one master against running peers (goal 20 s)")
        #expect(try cluster.time(name) < .seconds(60))
        // The next one goes only when this one counts again.
        try cluster.wait("\(name) back among the masters", seconds: 40) {
          try cluster.leaders(among: LabMachines.masters) == 1
            && cluster.health(name).map { [200, 429].contains($0) } ?? false
            && cluster.etcdMembersThatAnswer(from: name) == 3
        }
      }
      try cluster.expectOneCluster(of: LabMachines.masters)
    }
  }

  @Test("OpenBao killed with SIGKILL on the leader: another leads, and the killed one is back unaided")
  func killedOpenBao() throws {
    try SharedMachines.step { cluster in
      let leader = try #require(try LabMachines.masters.first { try cluster.health($0) == 200 })
      let pid = try cluster.output(leader, ["podman", "inspect", "--format", "{{.State.Pid}}", "openbao"])
      _ = try cluster.output(leader, ["kill", "-KILL", pid])
      let others = LabMachines.masters.filter { $0 != leader }
      try cluster.wait("another leader than \(leader)", seconds: 30) { try cluster.leaders(among: others) == 1 }
      try cluster.wait("\(leader) is unsealed again", seconds: 60) {
        let other = try cluster.output(
          leader, ["sh", "-c", "podman inspect --format '{{.State.Pid}}' openbao || true"])
        return try other != pid && cluster.health(leader).map { [200, 429].contains($0) } ?? false
      }
      try cluster.expectOneCluster(of: LabMachines.masters)
      // The keys are gone again from the tmpfs once OpenBao is healthy.
      try cluster.wait("no released key is left on \(leader)") {
        try cluster.output(leader, ["sh", "-c", "ls /run/ll/openbao | grep -c key || true"]) == "0"
      }
    }
  }

  @Test("OpenBao down everywhere while a worker reboots: kubelet starts on valid certificates")
  func withoutOpenBao() throws {
    try SharedMachines.step { cluster in
      for name in LabMachines.masters { _ = try cluster.output(name, ["systemctl", "stop", "openbao"], seconds: 60) }
      try cluster.powerOff(["worker-2"])
      try cluster.boot(["worker-2"], isFirst: false)
      try cluster.expectProof(on: ["worker-2"])
      try cluster.report(["worker-2"], "a worker's second boot without OpenBao")
      #expect(try LabMachines.masters.allSatisfy { try cluster.health($0) == nil }, "OpenBao answers after all")
      for name in LabMachines.masters { _ = try cluster.output(name, ["systemctl", "start", "--no-block", "openbao"]) }
      try cluster.wait("OpenBao is back", seconds: 60) { try cluster.leaders(among: LabMachines.masters) == 1 }
      try cluster.wait("every master is unsealed", seconds: 60) {
        try LabMachines.masters.allSatisfy { name in try cluster.health(name).map { [200, 429].contains($0) } ?? false }
      }
    }
  }

  @Test("a peer that nobody reaches: the others go on, a worker boots beside them, and the peer comes back")
  func unreachablePeer() throws {
    try SharedMachines.step { cluster in
      _ = try cluster.output("master-3", ["ip", "link", "set", "enp1s0", "down"])
      let others = ["master-1", "master-2"]
      try cluster.wait("a leader without master-3", seconds: 30) { try cluster.leaders(among: others) == 1 }
      try cluster.powerOff(["worker-1"])
      try cluster.boot(["worker-1"], isFirst: false)
      try cluster.expectProof(on: ["worker-1"])
      try cluster.report(["worker-1"], "a worker's second boot with an unreachable master")
      _ = try cluster.output("master-3", ["ip", "link", "set", "enp1s0", "up"])
      try cluster.wait("master-3 follows again", seconds: 90) {
        try cluster.health("master-3").map { [200, 429].contains($0) } ?? false
      }
      try cluster.expectOneCluster(of: LabMachines.masters)
    }
  }
}
