/// Everything that was read from a kubelet in one go. Each part stands for itself: one that fails silences no other.
public struct KubeletAnswers: Sendable, Hashable {
  /// `/healthz` and its checks.
  public var health: Result<KubeletHealth, KubeletError>
  /// The pods by phase.
  public var pods: Result<PodPhases, KubeletError>
  /// The kubelet's own measurements.
  public var summary: Result<StatsSummary, KubeletError>
  /// What the metrics server reads.
  public var resources: Result<ResourceMetrics, KubeletError>
  /// The serving certificate that the kubelet shows, verified or not.
  public var servingCertificate: Result<CertificateLifetime, KubeletError>
  /// Our own client certificate; `nil` where a token is used.
  public var clientCertificate: Result<CertificateLifetime, KubeletError>?

  /// Parts that were read elsewhere.
  public init(
    health: Result<KubeletHealth, KubeletError>, pods: Result<PodPhases, KubeletError>,
    summary: Result<StatsSummary, KubeletError>, resources: Result<ResourceMetrics, KubeletError>,
    servingCertificate: Result<CertificateLifetime, KubeletError>,
    clientCertificate: Result<CertificateLifetime, KubeletError>?
  ) {
    self.health = health
    self.pods = pods
    self.summary = summary
    self.resources = resources
    self.servingCertificate = servingCertificate
    self.clientCertificate = clientCertificate
  }

  /// The pods that run: from `/pods`, and where that is unavailable from `/stats/summary`, which lists no others. `nil`
  /// where neither was read.
  public var runningPods: Int? {
    if case .success(let phases) = pods { return phases.running }
    if case .success(let summary) = summary { return summary.pods }
    return nil
  }

  /// What the kubelet says that its container runtime answered, where that was an error: `/stats/summary` asks the
  /// runtime, and passes its gRPC error on in a 500. `nil` where it answered, or nothing is known.
  public var containerRuntimeFault: String? {
    guard case .failure(.status(500, let words)) = summary, words.contains("rpc error") else { return nil }
    return words
  }
}
