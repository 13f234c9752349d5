import BootChain
import BootImage
import BootLab
import Foundation
import Ignition
import TestSupport
import Testing

/// First boots that are disturbed all the way, and complete unaided.
@Suite("First boots that are disturbed", .serialized, .needsWholeMatrix)
struct StubbornBootTests {
  @Test("each stage fails three times, on every master and a worker: the chain still completes")
  func threeFailures() throws {
    let machines = try LabMachines("three-failures", timeout: 900)
    defer { machines.end() }
    let names = LabMachines.masters + ["worker-1"]
    var expected: [String: [String]] = [:]
    for name in names {
      let config = try #require(IgnitionConfig.parse([UInt8](try Data(contentsOf: machines.config(name)))).config)
      let services = BootChain(BootChain.Shape(of: config)).stages.map(\.unit).filter {
        // Waiting for the network is not ours, and what is licensed or not is no part of the last proof.
        $0.hasSuffix(".service") && $0 != "ll-agent.service" && !$0.hasPrefix("NetworkManager")
      }
      expected[name] = services
      for unit in services {
        try machines.addDropIn(
          name, unit: unit,
          """
          [Service]
          ExecStartPre=+/bin/sh -c 'read -r n </run/test-%n || n=0; echo $((n+1)) >/run/test-%n; [ $$n -ge 3 ]'

          """)
      }
    }
    try machines.boot(names)
    try machines.expectProof(on: names, seconds: 600)
    try machines.report(names, "each stage failing three times")
    for name in names {
      let timeline = try machines.machine(name).timeline()
      for unit in expected[name] ?? [] {
        let timing = try #require(timeline[unit])
        // Oneshots that run before every start of another unit fail there as well.
        #expect(
          timing.state == .skipped || timing.attempts.count { $0.failed != nil } >= 3,
          "\(name): \(unit) \(timing.attempts)")
      }
    }
    try machines.expectOneCluster(of: LabMachines.masters)
  }

  @Test("the power of the initialising master is cut at a random moment of its first boot", arguments: 1...5)
  func powerCut(round: Int) throws {
    var random = SystemRandomNumberGenerator()
    let given = ProcessInfo.processInfo.environment["LL_LAB_CUT"].flatMap { Double($0) }
    let moment = given ?? Double.random(in: 0.5...25, using: &random)
    print("round \(round): cut after \(moment) s (LL_LAB_CUT=\(moment) repeats it)")
    let machines = try LabMachines("power-cut-\(round)")
    defer { machines.end() }
    try machines.boot(LabMachines.masters)
    try machines.wait("master-1 is switched on", seconds: 60) { try machines.machine("master-1").isOn }
    usleep(useconds_t(moment * 1_000_000))
    try machines.cutPower("master-1")
    try machines.boot(["master-1"], isFirst: false)
    try machines.expectProof(on: LabMachines.masters, seconds: 300)
    try machines.expectOneCluster(of: LabMachines.masters)
    try machines.expectNodes(LabMachines.masters, askedFrom: "master-1")
  }
}
