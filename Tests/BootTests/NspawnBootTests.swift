import TestSupport
import Testing

/// What `build` renders, booted by real Ignition, systemd and podman in containers, from sealed secrets to the last proof.
@Suite(
  "Boots in containers", .serialized,
  .enabled(if: BootLabCluster.folder != nil, Comment(rawValue: BootLabCluster.whyNot)))
struct NspawnBootTests {
  private static let masters = ["--bootstrap", "--beside", "master-1", "--beside", "master-2", "--beside", "master-3"]

  @Test("three masters that start at the same instant form one cluster, and a worker joins it, twice")
  func cluster() throws {
    let lab = try BootLabCluster(name: "containers")
    let outcome = try lab.boot("worker-1", Self.masters + ["--second-boot"])
    #expect(outcome.command.status == 0, "\(outcome.why)journals and consoles are in \(lab.kept)")
    try #require(outcome.boots.count == 2)
    for boot in outcome.boots {
      #expect(boot.readyMilliseconds != nil && boot.broken == nil)
      let late = boot.leftMilliseconds.map { max(0, -$0) } ?? 0
      print("worker-1: \(boot.readyMilliseconds ?? -1) ms of \(boot.budgetMilliseconds) ms, \(late) ms late")
      for unit in ["ll-tpm-login", "openbao-agent", "kube-pki-ready", "kubelet", "cilium-ready"] {
        let stage = try #require(boot.stage("\(unit).service"))
        #expect(stage.readyMilliseconds != nil && stage.failures == 0, "\(stage)")
      }
    }
    // The second time everything is there: nothing is fetched or unpacked again.
    let unpacked = outcome.boots[1].stages.filter { $0.unit.hasPrefix("ll-unpack-") }
    #expect(unpacked.count == 3 && unpacked.allSatisfy { $0.words.contains("skipped") }, "\(unpacked)")
  }

  @Test("another machine's TPM: the chain stops where the login key is released, and the words say so")
  func anotherTPM() throws {
    let lab = try BootLabCluster(name: "another-tpm")
    try lab.giveTPM(of: "worker-2", to: "worker-1")
    let outcome = try lab.boot("worker-1", seconds: 80)
    #expect(outcome.command.status == 1, "\(outcome.command.errors)")
    let boot = try #require(outcome.boots.first)
    #expect(boot.readyMilliseconds == nil)
    let broken = try #require(boot.broken)
    #expect(broken.unit == "ll-tpm-login.service")
    #expect(broken.log.joined(separator: "\n").contains("another TPM"), "\(broken.log)")
    #expect(boot.stage("kubelet.service")?.readyMilliseconds == nil)
  }
}
