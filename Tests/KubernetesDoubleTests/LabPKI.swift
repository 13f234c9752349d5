import Crypto
import Foundation
import SwiftASN1
import TestSupport
import X509

/// Authorities and certificates as a rendered node finds them: three issuers below one root, each issuer's anchor its
/// own self-signed twin, each leaf's file with its chain and key.
struct LabPKI {
  let folder: URL

  var pki: URL { folder.appendingPathComponent("pki") }
  var anchors: URL { folder.appendingPathComponent("anchors") }

  private let root = Certificate.PrivateKey(P256.Signing.PrivateKey())
  private var issuers: [String: (key: Certificate.PrivateKey, chain: Certificate)] = [:]

  /// Everything below `folder`.
  init(_ folder: URL) throws {
    self.folder = folder
    for url in [pki, anchors] { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    for name in ["kubernetes", "etcd", "front-proxy"] {
      let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
      let subject = try Self.name(name, ["example"])
      let twin = try Self.certificate(subject, key, issuer: subject, by: key, isAuthority: true)
      let chained = try Self.certificate(
        subject, key, issuer: try Self.name("management-cluster", ["example"]), by: root, isAuthority: true)
      issuers[name] = (key, chained)
      try Data(twin.serializeAsPEM().pemString.utf8).write(to: anchors.appendingPathComponent("\(name).pem"))
    }
    let client = [ExtendedKeyUsage.Usage.clientAuth]
    let both: [ExtendedKeyUsage.Usage] = [.serverAuth, .clientAuth]
    try issue("kubelet", "kubernetes", "system:node:master-1", ["system:nodes"], both, names: ["master-1"])
    try issue("kube-apiserver", "kubernetes", "kube-apiserver", [], [.serverAuth], names: ["localhost", "kubernetes"])
    try issue("kube-apiserver-kubelet-client", "kubernetes", "kube-apiserver-kubelet-client", [], client)
    try issue("kube-apiserver-etcd-client", "etcd", "kube-apiserver-etcd-client", [], client)
    try issue("kube-front-proxy-client", "front-proxy", "front-proxy-client", [], client)
    try issue("kube-controller-manager", "kubernetes", "system:kube-controller-manager", [], client)
    try issue("kube-scheduler", "kubernetes", "system:kube-scheduler", [], client)
    try issue("kube-admin", "kubernetes", "kube-admin", ["system:masters"], client)
    try issue("kube-vip", "kubernetes", "low-layer:kube-vip", [], client)
    try issue("etcd-server", "etcd", "master-1", [], both, names: ["localhost", "master-1"])
    let account = Certificate.PrivateKey(P256.Signing.PrivateKey())
    try write(try account.serializeAsPEM().pemString, "sa.key")
    try write(try account.publicKey.serializeAsPEM().pemString, "sa.pub")
    try write(Self.encryption(String(repeating: "A", count: 43) + "="), "encryption.yaml")
  }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: pki.appendingPathComponent(name))
  }

  /// As the agent's template renders it.
  static func encryption(_ secret: String) -> String {
    """
    apiVersion: apiserver.config.k8s.io/v1
    kind: EncryptionConfiguration
    resources:
      - resources: [secrets]
        providers:
          - secretbox:
              keys:
                - name: key1
                  secret: \(secret)
          - identity: {}

    """
  }

  /// A leaf's file: certificate, chain and key.
  func issue(
    _ file: String, _ issuer: String, _ commonName: String, _ organizations: [String],
    _ usages: [ExtendedKeyUsage.Usage], names: [String] = [], hours: ClosedRange<Double> = -1...24
  ) throws {
    guard let authority = issuers[issuer] else { throw CocoaError(.fileNoSuchFile) }
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let leaf = try Self.certificate(
      try Self.name(commonName, organizations), key, issuer: authority.chain.subject, by: authority.key,
      isAuthority: false, usages: usages, names: names, hours: hours)
    let texts = [leaf, authority.chain].map { try? $0.serializeAsPEM().pemString }.compactMap { $0 }
    try write((texts + [try key.serializeAsPEM().pemString]).joined(separator: "\n") + "\n", "\(file).pem")
  }

  private static func name(_ commonName: String, _ organizations: [String]) throws -> DistinguishedName {
    try DistinguishedName {
      for organization in organizations { OrganizationName(organization) }
      CommonName(commonName)
    }
  }

  private static func certificate(
    _ subject: DistinguishedName, _ key: Certificate.PrivateKey, issuer: DistinguishedName,
    by issuerKey: Certificate.PrivateKey, isAuthority: Bool, usages: [ExtendedKeyUsage.Usage] = [],
    names: [String] = [], hours: ClosedRange<Double> = -1...24
  ) throws -> Certificate {
    let loopback = ASN1OctetString(contentBytes: [127, 0, 0, 1])
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key.publicKey,
      notValidBefore: Date().addingTimeInterval(hours.lowerBound * 3600),
      notValidAfter: Date().addingTimeInterval(hours.upperBound * 3600), issuer: issuer, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        if isAuthority {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        } else {
          Critical(KeyUsage(digitalSignature: true))
          try ExtendedKeyUsage(usages)
          if !names.isEmpty {
            SubjectAlternativeNames(names.map { .dnsName($0) } + [.ipAddress(loopback)])
          }
        }
      }, issuerPrivateKey: issuerKey)
  }
}
