import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("Invariants of the agent's license, under any sequence of events")
struct LicensePropertyTests {
  /// What a second, far simpler bookkeeping knows: the grants and leases that were truly given, by true time.
  private struct Model {
    var scene = Scene()
    var granted: [UInt64: ServerTime] = [:]
    var epoch: UInt64 = 0
    var leaseEnd: BootTime?
    var sent: [UInt64: BootTime] = [:]
    var sequence: UInt64 = 0
    var isWelcomed = false
    var isFenced = false
    var boot = 1
  }

  @Test(
    "800 sequences of 60 events: never licensed after not-after, without lease, when fenced, or by a forged grant")
  func invariants() throws {
    let forger = P256.Signing.PrivateKey()
    var licensedSteps = 0
    for seed in 0..<800 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var model = Model()
      var log: [String] = []
      for _ in 0..<60 {
        log.append(try step(&model, forger: forger, using: &random))
        let status = model.scene.state.status(at: model.scene.now)
        if status.isLicensed {
          licensedSteps += 1
          let end = try #require(model.granted[model.epoch], "seed \(seed): \(log)")
          #expect(model.scene.server < end, "licensed after not-after, seed \(seed): \(log)")
          let lease = try #require(model.leaseEnd, "seed \(seed): \(log)")
          #expect(model.scene.now < lease, "licensed without a lease, seed \(seed): \(log)")
          #expect(!model.isFenced, "licensed though fenced, seed \(seed): \(log)")
        } else if let end = model.granted[model.epoch], let lease = model.leaseEnd, model.boot == 1 {
          #expect(
            model.scene.server >= end || model.scene.now >= lease || model.isFenced,
            "not licensed though all holds, seed \(seed): \(log)")
        }
        #expect(model.scene.state.epoch == model.epoch, "seed \(seed): \(log)")
        #expect(!status.sentence.isEmpty && status.sentence.hasSuffix("."), "\(status.sentence)")
        #expect((status.failedCheck == nil) || !status.isLicensed)
      }
    }
    #expect(licensedSteps > 4_000)
  }

  private func step(
    _ model: inout Model, forger: P256.Signing.PrivateKey, using random: inout SeededGenerator
  ) throws -> String {
    switch Int.random(in: 0..<14, using: &random) {
    case 0, 1:
      model.scene.welcome(attesting: Bool.random(using: &random))
      (model.isWelcomed, model.sequence, model.sent) = (true, 0, [:])
      return "welcome"
    case 2:
      model.scene.handle(.disconnected("cut"))
      (model.isWelcomed, model.sent) = (false, [:])
      return "cut"
    case 3, 4, 5: return heartbeat(&model, using: &random)
    case 6:
      let length = Duration.seconds(Int64.random(in: 1...120, using: &random))
      let epoch = model.epoch + UInt64.random(in: 0...2, using: &random)
      model.scene.handle(.granted(try model.scene.grant(epoch: epoch, length: length)))
      if model.isWelcomed, epoch > model.epoch {
        (model.epoch, model.isFenced) = (epoch, false)
        model.granted[epoch] = model.scene.server + length
      }
      return "grant \(epoch) for \(length)"
    case 7:
      model.scene.handle(.granted(try model.scene.grant(epoch: model.epoch + 1, by: forger)))
      return "forged grant"
    case 8:
      let jump = Int64.random(in: -100_000...100_000, using: &random)
      model.scene.handle(.wallClock(model.scene.server + .seconds(jump)))
      return "wall clock \(jump)"
    case 9 where Int.random(in: 0..<6, using: &random) == 0:
      model.scene.handle(.fenced(.with { $0.reason = .clone }))
      (model.isFenced, model.leaseEnd) = (true, nil)
      return "fenced"
    case 10 where Int.random(in: 0..<4, using: &random) == 0: return restart(&model, using: &random)
    case 11:
      model.scene.handle(.refused(.with { $0.reason = Bool.random(using: &random) ? .noSeat : .unavailable }))
      return "refused"
    default:
      let length = Duration.milliseconds(Int64.random(in: 1...15_000, using: &random))
      model.scene.pass(length)
      model.scene.handle(.tick)
      return "\(length)"
    }
  }

  private func heartbeat(_ model: inout Model, using random: inout SeededGenerator) -> String {
    guard model.isWelcomed else { return "no session" }
    model.sequence += 1
    model.scene.handle(.heartbeatSent(model.sequence))
    model.sent[model.sequence] = model.scene.now
    model.scene.pass(.milliseconds(Int64.random(in: 0...3000, using: &random)))
    let answered = UInt64.random(in: 1...(model.sequence + 1), using: &random)
    let remaining = UInt32.random(in: 0...60_000, using: &random)
    model.scene.acknowledge(answered, remaining: remaining)
    if let sent = model.sent[answered], remaining > 0 {
      let end = sent + .milliseconds(Int64(min(remaining, 40_000)))
      model.leaseEnd = max(model.leaseEnd ?? end, end)
    }
    model.sent = model.sent.filter { $0.key > answered || model.sent[answered] == nil }
    return "heartbeat \(model.sequence), answer \(answered) with \(remaining) ms"
  }

  /// A restart of the agent, or of the machine: nothing passes while it is off, as far as the node can know.
  private func restart(_ model: inout Model, using random: inout SeededGenerator) -> String {
    let reboots = Bool.random(using: &random)
    if reboots { model.boot += 1 }
    let uptime = BootTime(sinceBoot: .seconds(Int64.random(in: 5...30, using: &random)))
    let now = reboots ? uptime : model.scene.now
    // True time goes on at least as long as the new boot's clock has run; the floor may be ten minutes behind, which the
    // node cannot know, so true time is taken as the node's own.
    model.scene.restart(bootID: "boot-\(model.boot)", at: now)
    if reboots {
      let known = model.scene.state.memory.serverTime ?? model.scene.server
      model.scene.server = known + uptime.sinceBoot
    }
    (model.leaseEnd, model.isWelcomed, model.sent, model.isFenced) = (nil, false, [:], false)
    if model.scene.state.memory.grant == nil { model.granted[model.epoch] = nil }
    return reboots ? "reboot" : "restart"
  }
}
