import Attestation
import Foundation
import NodeIdentity
import SecretMemory
import SwiftASN1
import TPM2
import TPMStructures
import TestSupport
import X509

/// A simulated TPM with keys of a node in it, and with an endorsement certificate that swtpm's own authority made (RSA
/// 2048), where it is asked for.
struct CertifiedTPM {
  let software: SoftwareTPM
  let node: NodeTPM
  let attestationKey: AttestationKey
  let tlsKey: NodeKey
  let evidence: TPMEvidence
  /// swtpm's authorities: the root, and the one below it.
  let authorities: [Certificate]

  static let areInstalled =
    SoftwareTPM.isInstalled && (try? Command(["swtpm_setup", "--tpm2", "--print-capabilities"]).status) == 0
    && (try? Command(["tpm2_getcap", "--version"]).status) == 0

  struct Failure: Error {
    let words: String
  }

  init(certified: Bool = true, below kind: EndorsementKeyKind? = nil) async throws {
    software = try SoftwareTPM()
    authorities = certified ? try Self.certify(software) : []
    node = NodeTPM(try TPM(TCTI(software.tcti)))
    attestationKey = try await node.makeAttestationKey(below: kind)
    tlsKey = try await node.makeKey()
    evidence = try await node.evidence(attestationKey, tlsKey: tlsKey)
  }

  /// A tool of tpm2-tools at this TPM; nobody else may be connected.
  @discardableResult
  func tool(_ words: String...) async throws -> String {
    await node.tpm.close()
    let command = try Command(
      words.prefix(1).map { "tpm2_" + $0 } + words.dropFirst() + ["-T", software.tcti], in: software.folder.url)
    guard command.status == 0 else { throw Failure(words: "\(words): \(command.errors)") }
    return command.output
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: software.folder.url.appending(path: name)))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: software.folder.url.appending(path: name))
  }

  /// Makes the state anew with swtpm_setup, which certifies the endorsement keys by an authority of its own.
  private static func certify(_ software: SoftwareTPM) throws -> [Certificate] {
    software.kill()
    let folder = software.folder.url.path
    let state = "\(folder)/state"
    try FileManager.default.removeItem(atPath: state)
    for name in [state, "\(folder)/ca"] {
      try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
    }
    try software.folder.write(
      """
      create_certs_tool=/usr/bin/swtpm_localca
      create_certs_tool_config=\(folder)/ca.conf
      create_certs_tool_options=\(folder)/ca.options
      active_pcr_banks=sha256
      """, to: "setup.conf")
    try software.folder.write(
      """
      statedir = \(folder)/ca
      signingkey = \(folder)/ca/signkey.pem
      issuercert = \(folder)/ca/issuercert.pem
      certserial = \(folder)/ca/certserial
      """, to: "ca.conf")
    try software.folder.write(
      "--platform-manufacturer Low\n--platform-version 1\n--platform-model Test\n", to: "ca.options")
    let setup = try Command([
      "swtpm_setup", "--tpm2", "--tpmstate", state, "--create-ek-cert", "--ecc", "--config", "\(folder)/setup.conf",
    ])
    guard setup.status == 0 else { throw Failure(words: setup.output + setup.errors) }
    try software.start()
    return try ["swtpm-localca-rootca-cert.pem", "issuercert.pem"].map {
      try Certificate(pemEncoded: try software.folder.text("ca/\($0)"))
    }
  }
}

extension CertifiedTPM {
  /// Anchors that believe swtpm's authority as a vendor's.
  var vendorAnchors: EndorsementAnchors {
    EndorsementAnchors(vendorRoots: [authorities[0]], intermediates: [authorities[1]])
  }

  /// Now, in seconds since 1970.
  static var now: Int64 { Int64(Date.now.timeIntervalSince1970) }
}

extension Certificate {
  var der: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}
