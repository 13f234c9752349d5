import Diagnostics
import HostFS
import LicenseProtocol
import NodeMetrics

extension StatusBoard {
  /// What a running agent answers, of what is on the board.
  public func answers(_ liveness: LoopLiveness) -> ServiceAnswers {
    ServiceAnswers(
      fault: { liveness.fault },
      readiness: {
        let status = self.status
        return .init(isReady: status.license.isLicensed, words: status.sentence)
      },
      metrics: { format in
        var writer = MetricWriter(format)
        if let snapshot = self.snapshot { writer.write(snapshot) }
        writer.write(self.status)
        writer.finish()
        return writer.bytes
      }, status: { self.status.json(explaining: $0 == .explain) })
  }
}

extension MetricWriter {
  /// The license and the session.
  mutating func write(_ status: AgentStatus) {
    let license = status.license
    let standing = license.standing
    family("lowlayer_license_licensed", .gauge, "Whether the node holds a grant and its lease lives.")
    sample(MetricValue(standing.isLicensed))
    family("lowlayer_license_standing", .gauge, "Where the license stands; one of these is 1.")
    for kind in LicenseStanding.Kind.allCases {
      sample(MetricValue(kind == standing.kind), MetricLabel("standing", kind.rawValue))
    }
    family("lowlayer_license_epoch", .gauge, "The highest epoch of any grant held.")
    sample(MetricValue(status.session.license.epoch))
    family("lowlayer_operator_connected", .gauge, "Whether the operator is spoken to.")
    sample(MetricValue(status.session.isConnected))
    if let lease = license.leaseRemaining {
      family("lowlayer_license_lease_seconds", .gauge, "How long the lease lives without another acknowledgement.")
      sample(MetricValue(UInt64(clamping: lease.wholeNanoseconds), places: 9))
    }
    if let grant = license.grant {
      family("lowlayer_license_assurance", .gauge, "How the node's key is held, as the operator granted it.")
      sample(MetricValue(true), MetricLabel("assurance", grant.assurance.name))
      family("lowlayer_license_not_after_timestamp_seconds", .gauge, "When the grant ends, by the operator's clock.")
      sample(MetricValue(UInt64(clamping: grant.notAfterNs / 1_000_000_000)))
    }
    if let certificate = status.certificate {
      family("lowlayer_certificate_not_after_timestamp_seconds", .gauge, "When the node's certificate ends.")
      sample(MetricValue(UInt64(clamping: certificate.notAfter)), MetricLabel("key", certificate.custody))
    }
  }
}
