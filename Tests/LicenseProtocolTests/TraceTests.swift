import BaseEncodings
import Crypto
import Foundation
import LicenseProtocol
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Recorded sessions")
struct TraceTests {
  @Test("every message: the wire bytes that protoc made are read as its text says", arguments: RecordedVectors.traces)
  func messages(name: String) throws {
    let steps = try RecordedVectors.trace(name).steps.filter { $0.wire != nil }
    #expect(steps.count >= 8)
    for step in steps {
      let (wire, text) = (try hex(step.wire), try #require(step.text))
      if step.from == "node" {
        let read = try Lowlayer_Agent_V1_NodeMessage(serializedBytes: wire)
        #expect(read == (try Lowlayer_Agent_V1_NodeMessage(textFormatString: text)))
        #expect(read.unknownFields.data.isEmpty)
      } else {
        let read = try Lowlayer_Agent_V1_OperatorMessage(serializedBytes: wire)
        #expect(read == (try Lowlayer_Agent_V1_OperatorMessage(textFormatString: text)))
        #expect(read.unknownFields.data.isEmpty)
      }
    }
  }

  @Test(
    "the agent's half: what each step makes of the license, and what it has to do", arguments: RecordedVectors.traces)
  func replay(name: String) throws {
    let trace = try RecordedVectors.trace(name)
    let client = try Certificate(hex(trace.client_certificate))
    func agent(_ saved: LicenseMemory, in bootID: String, at now: BootTime) -> LicenseState {
      LicenseState(memory: saved, nodeName: trace.node_name, keys: [client.keyDigest], bootID: bootID, at: now)
    }
    let start = BootTime(nanoseconds: (trace.steps.first?.at_ms ?? 0) * 1_000_000)
    var state = agent(.none, in: trace.boot_id, at: start)
    var saved = LicenseMemory.none
    var expectations = 0
    for (index, step) in trace.steps.enumerated() {
      let now = BootTime(nanoseconds: step.at_ms * 1_000_000)
      // Another process knows what was saved, and nothing else.
      if step.event == "restarted" { state = agent(saved, in: state.bootID, at: now) }
      if step.event == "rebooted" { state = agent(saved, in: try #require(step.boot_id), at: now) }
      let happened = try step.lost == true ? nil : event(of: step)
      let actions = happened.map { state.handle($0, at: now) } ?? []
      if actions.contains(.save) { saved = state.memory }
      let place = "\(name), step \(index), \(step.event ?? step.text ?? "")"
      if let expected = step.standing {
        #expect(state.standing(at: now).kind.rawValue == expected, "\(place)")
        expectations += 1
      }
      if let expected = step.actions { #expect(actions.map(word) == expected, "\(place)") }
    }
    #expect(expectations >= 4)
  }

  @Test("the operator's half: bindings, and what TPM or file key signed", arguments: RecordedVectors.traces)
  func evidence(name: String) throws {
    let trace = try RecordedVectors.trace(name)
    var client = try hex(trace.client_certificate)
    var sessionID: [UInt8] = []
    var challenge = Lowlayer_Agent_V1_Challenge()
    var offer = Lowlayer_Agent_V1_AttestationOffer()
    var hello = Lowlayer_Agent_V1_Hello()
    var secret: [UInt8] = []
    var replies = 0
    for step in trace.steps {
      if let changed = step.client_certificate { client = try hex(changed) }
      guard step.wire != nil else { continue }
      if step.from == "operator" {
        switch try Lowlayer_Agent_V1_OperatorMessage(serializedBytes: hex(step.wire)).message {
        case .welcome(let welcome): sessionID = Array(welcome.sessionID)
        case .challenge(let sent): (challenge, secret) = (sent, try hex(step.secret ?? ""))
        default: break
        }
        continue
      }
      switch try Lowlayer_Agent_V1_NodeMessage(serializedBytes: hex(step.wire)).message {
      case .hello(let said):
        hello = said
        #expect(try FingerprintBytes(said.hardware).bytes == Array(said.hardware.fingerprint))
      case .attestationOffer(let sent): offer = sent
      case .challengeReply(let reply):
        replies += 1
        let binding = try SessionBinding(
          sessionID: sessionID, clientCertificate: client, serverCertificate: hex(trace.server_certificate))
        #expect(binding.bytes == (try hex(step.binding)))
        let data = try QualifyingData(
          purpose: offer.nextKey ? .nextKey : .sessionKey, nonce: challenge.nonce,
          fingerprint: hello.hardware.fingerprint, nodeUID: challenge.nodeUid, binding: binding)
        #expect(data.bytes == (try hex(step.qualifying_data)))
        #expect(reply.nonce == challenge.nonce)
        #expect(Array(reply.activatedSecret) == secret)
        try verify(reply, offer: offer, data: data, isForged: step.forged ?? false)
      default: break
      }
    }
    #expect(replies >= 1)
  }

  /// The TPM's own statement carries the qualifying data and is the attestation key's; a file key signs it.
  private func verify(
    _ reply: Lowlayer_Agent_V1_ChallengeReply, offer: Lowlayer_Agent_V1_AttestationOffer, data: QualifyingData,
    isForged: Bool
  ) throws {
    guard case .tpm(let keys)? = offer.key else {
      if isForged {
        #expect(throws: SignatureError.mismatch) {
          try FileKeySignature.verify(reply.keySignature, over: data, key: offer.file.tlsKey)
        }
      } else {
        try FileKeySignature.verify(reply.keySignature, over: data, key: offer.file.tlsKey)
      }
      return
    }
    let info = Array(reply.certifyInfo)
    #expect(Array(info.prefix(6)) == [0xFF, 0x54, 0x43, 0x47, 0x80, 0x17])
    let signer = Int(info[6]) << 8 | Int(info[7])
    let extra = Array(info.dropFirst(8 + signer).prefix(34))
    #expect(extra == [0, 32] + data.bytes)
    // TPMT_PUBLIC of a P-256 key ends with x and y, each with its length; TPMT_SIGNATURE is scheme, hash, r and s.
    let area = Array(keys.attestationKey)
    let point = area[(area.count - 66)..<(area.count - 34)] + area[(area.count - 32)...]
    let key = try P256.Signing.PublicKey(rawRepresentation: Data(point))
    let signature = Array(reply.certifySignature)
    let r = Int(signature[4]) << 8 | Int(signature[5])
    func padded(_ number: ArraySlice<UInt8>) -> [UInt8] { [UInt8](repeating: 0, count: 32 - number.count) + number }
    let raw = padded(signature[6..<(6 + r)]) + padded(signature[(8 + r)...])
    let value = try P256.Signing.ECDSASignature(rawRepresentation: Data(raw))
    #expect(key.isValidSignature(value, for: info))
  }

  private func event(of step: RecordedTrace.Step) throws -> LicenseEvent? {
    switch step.event {
    case "dialing": return .dialing
    case "opened": return .opened
    case "tick": return .tick
    case "disconnected": return .disconnected(step.why ?? "")
    case "keys": return .keysChanged(Set(try (step.keys ?? []).map { try hex($0) }))
    // Nothing of these concerns the license itself.
    case "restarted", "rebooted", "configuration", "snapshot": return nil
    case .some(let other): throw RecordedVectors.Missing(what: other)
    case nil: break
    }
    if step.from == "node" {
      guard case .heartbeat(let sent)? = try Lowlayer_Agent_V1_NodeMessage(serializedBytes: hex(step.wire)).message
      else { return nil }
      return .heartbeatSent(sent.sequence)
    }
    switch try Lowlayer_Agent_V1_OperatorMessage(serializedBytes: hex(step.wire)).message {
    case .welcome(let message): return .welcomed(message)
    case .challenge(let message): return .challenged(message)
    case .leaseAck(let message): return .leaseAcknowledged(message)
    case .licenseGrant(let message): return .granted(message)
    case .refusal(let message): return .refused(message)
    case .fenced(let message): return .fenced(message)
    case .drain(let message): return .draining(message)
    case .attestationRequest(let message): return .attestationRequested(message)
    default: return nil
    }
  }

  private func word(_ action: LicenseAction) -> String {
    switch action {
    case .save: "save"
    case .heartbeat: "heartbeat"
    case .reconnect(let reconnection): "reconnect \(reconnection.cause.rawValue)"
    }
  }
}

/// The one thing that the tests need of a certificate. Its key is P-256, so its SubjectPublicKeyInfo is 91 bytes that begin alike.
struct Certificate {
  let keyDigest: [UInt8]

  init(_ der: [UInt8]) throws {
    let prefix: [UInt8] = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
    guard let start = der.indices.first(where: { der[$0...].starts(with: prefix) }) else {
      throw RecordedVectors.Missing(what: "a P-256 key")
    }
    keyDigest = Array(SHA256.hash(data: der[start..<(start + 91)]))
  }
}
