import Foundation
import LicenseProtocol
import SwiftProtobuf
import Testing

@Suite("A recorded exchange with a key server")
struct KeyServerVectorTests {
  let exchange: RecordedVectors.Exchange

  init() throws { exchange = try RecordedVectors.keyServer() }

  @Test("every message: the wire bytes that protoc made are read as its text says")
  func messages() throws {
    for step in exchange.steps where step.wire != nil {
      let (wire, text) = (try hex(step.wire), try #require(step.text))
      if step.from == "operator" {
        let read = try Lowlayer_Keyserver_V1_OperatorReport(serializedBytes: wire)
        #expect(read == (try Lowlayer_Keyserver_V1_OperatorReport(textFormatString: text)))
        #expect(read.unknownFields.data.isEmpty)
      } else {
        let read = try Lowlayer_Keyserver_V1_EntitlementUpdate(serializedBytes: wire)
        #expect(read == (try Lowlayer_Keyserver_V1_EntitlementUpdate(textFormatString: text)))
        #expect(read.unknownFields.data.isEmpty)
        guard let entitlement = step.entitlement else { continue }
        let signed = try Lowlayer_Keyserver_V1_Entitlement(serializedBytes: read.signed)
        #expect(signed == (try Lowlayer_Keyserver_V1_Entitlement(textFormatString: entitlement)))
      }
    }
  }

  @Test("the operator's half: what is believed, how the entitlement stands after it, and what may be granted")
  func replay() throws {
    var cache = EntitlementCache(licensee: exchange.licensee, key: try hex(exchange.public_key))
    var nonce: [UInt8] = []
    var reasons = Set<String>()
    for (index, step) in exchange.steps.enumerated() {
      let (now, place) = (ServerTime(nanoseconds: step.at_ns), "step \(index)")
      if step.from == "operator" {
        nonce = Array(try Lowlayer_Keyserver_V1_OperatorReport(serializedBytes: hex(step.wire)).nonce)
      } else if step.from == "key-server" {
        let update = try Lowlayer_Keyserver_V1_EntitlementUpdate(serializedBytes: hex(step.wire))
        let why = reason(toRefuse: update, nonce: nonce, at: now, &cache)
        #expect(why == step.why, "\(place)")
        #expect((why == nil) == step.believed, "\(place)")
        if let why { reasons.insert(why) }
      }
      let (standing, until) = words(cache.standing(at: now))
      #expect(standing == step.standing, "\(place)")
      #expect(until == step.until_ns, "\(place)")
      let end = cache.grantEnd(at: now, length: .nanoseconds(exchange.grant_length_ns))
      #expect(end?.nanoseconds == step.grant_not_after_ns, "\(place)")
      guard let limits = step.limits else {
        #expect(throws: LicenseRefusal.self, "\(place)") { try cache.allowance(for: "org-acme", at: now) }
        continue
      }
      for (organisation, limit) in limits {
        let allowance = try cache.allowance(for: organisation, at: now)
        #expect(allowance.included == limit.included, "\(place)")
        #expect((allowance.limit ?? 0) == limit.limit, "\(place)")
      }
    }
    #expect(reasons.count == 8)
  }

  /// Why an update is not believed; `nil` where it is, and the cache holds it.
  private func reason(
    toRefuse update: Lowlayer_Keyserver_V1_EntitlementUpdate, nonce: [UInt8], at now: ServerTime,
    _ cache: inout EntitlementCache
  ) -> String? {
    if !update.refusal.isEmpty { return "refusal" }
    if !ProtocolFeature.missing(required: update.requiredFeatures).isEmpty { return "required-feature" }
    do throws(EntitlementCache.Fault) {
      try cache.accept(update, nonce: nonce, at: now)
      return nil
    } catch {
      return word(error)
    }
  }

  private func word(_ fault: EntitlementCache.Fault) -> String {
    switch fault {
    case .signature: "signature"
    case .otherLicensee: "licensee"
    case .otherNonce: "nonce"
    case .older: "older"
    case .runOut: "run-out"
    case .malformed: "malformed"
    }
  }

  private func words(_ standing: EntitlementCache.Standing) -> (standing: String, until: Int64?) {
    switch standing {
    case .none: ("none", nil)
    case .current(let until): ("current", until.nanoseconds)
    case .grace(let until): ("grace", until.nanoseconds)
    case .lapsed(let end): ("lapsed", end.nanoseconds)
    }
  }
}
