public import BootImage
public import Diagnostics
import PKI

/// Every certificate of a desk as people and programs read it: `ll-bootimage pki show`.
public struct CertificateListing: Sendable {
  private let record: CertificateRecord
  private let now: Int64

  /// The certificates of the desk at `paths`.
  public init(_ paths: DeskPaths, cluster: ClusterDefinition, at now: Int64) throws(DeskError) {
    guard let record = try CertificateFolder.read(paths, cluster: cluster.name) else {
      throw .refused("no certificates yet: \(paths.certificateRecord) is missing; `ll-bootimage pki init` makes it")
    }
    self.record = record
    self.now = now
  }

  private var entries: [(name: String, entry: CertificateRecord.Entry)] {
    record.certificates.map { (name: $0.key, entry: $0.value) }.sorted {
      ($0.entry.certificate.isAuthority ? 0 : 1, $0.entry.certificate.notBefore, $0.name)
        < ($1.entry.certificate.isAuthority ? 0 : 1, $1.entry.certificate.notBefore, $1.name)
    }
  }

  /// Whether something should be renewed.
  public var needsWork: Bool {
    entries.contains { $0.entry.certificate.needsRenewal(at: now) }
      || record.lists.values.contains { $0.nextUpdate - now < ($0.nextUpdate - $0.thisUpdate) / 3 }
  }

  /// A line for each.
  public var text: String {
    let width = entries.map(\.name.count).max() ?? 0
    var lines = entries.map { name, entry in
      let certificate = entry.certificate
      let left = (certificate.notAfter - now) / 86_400
      let state =
        certificate.notAfter <= now
        ? "EXPIRED" : certificate.needsRenewal(at: now) ? "due, \(left) days" : "\(left) days"
      return name.padded(to: width) + "  by \(certificate.issuerCommonName.padded(to: 18))  until "
        + "\(Day.text(certificate.notAfter)) (\(state))  serial \(certificate.serial)"
    }
    for (name, list) in record.lists.sorted(by: { $0.key < $1.key }) {
      lines.append(
        "\(name): revocation list \(list.number ?? 0), \(list.entries.count) in it, next by \(Day.text(list.nextUpdate))"
      )
    }
    for gone in record.revoked {
      lines.append("revoked \(Day.text(gone.at)): \(gone.name), serial \(gone.serial), \(gone.reason)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs.
  public var json: JSONText {
    .object([
      .init("cluster", .string(record.cluster)),
      .init(
        "certificates",
        .array(
          entries.map { name, entry in
            let certificate = entry.certificate
            return .object([
              .init("name", .string(name)), .init("subject", .string(certificate.subject)),
              .init("issuer", .string(certificate.issuerCommonName)), .init("serial", .string(certificate.serial)),
              .init("notBefore", .integer(Int(certificate.notBefore))),
              .init("notAfter", .integer(Int(certificate.notAfter))),
              .init("authority", .boolean(certificate.isAuthority)),
              .init("due", .boolean(certificate.needsRenewal(at: now))), .init("file", .string("pki/\(name).pem")),
            ])
          })),
      .init(
        "revoked",
        .array(
          record.revoked.map {
            .object([
              .init("name", .string($0.name)), .init("issuer", .string($0.issuer)), .init("serial", .string($0.serial)),
              .init("at", .integer(Int($0.at))), .init("reason", .string($0.reason)),
            ])
          })),
    ])
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
