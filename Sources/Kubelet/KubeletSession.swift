import AsyncHTTPClient
import LocalFiles
import NIOCore
import NIOPosix
import VerifiedHTTP

/// A node's kubelet, asked again and again over a connection that is kept.
///
/// Credentials are sent only on TLS connections on which the server's chain and the node's name were verified; there is
/// no way to switch that off. Redirects are not followed.
///
/// It has a thread of its own, on which everything happens that concerns it: a reading wakes no other.
public actor KubeletSession {
  private let endpoint: KubeletEndpoint
  private nonisolated let group: MultiThreadedEventLoopGroup
  private nonisolated let loop: any EventLoop
  private var open: OpenClient?
  private var seen: SeenCertificate?

  private struct OpenClient {
    var client: HTTPClient
    var stamps: [FileStamp]
    var limit: Duration
    var material: TLSMaterial
  }

  private struct SeenCertificate {
    var lifetime: Result<CertificateLifetime, KubeletError>
    var time: ContinuousClock.Instant
  }

  /// How long a look at the serving certificate stands: a handshake is most of a reading's cost, for both sides.
  private static let certificateAge = Duration.seconds(300)

  /// A session with `endpoint`; nothing is connected yet.
  public init(_ endpoint: KubeletEndpoint) {
    self.endpoint = endpoint
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    loop = group.next()
  }

  /// The thread's event loop.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  /// Asks for everything, one after the other on one connection. One reading at a time: files that changed meanwhile
  /// close the connection.
  /// - Parameter limit: how long all of it may take. Each of the five parts may take a fifth of it, so that a slow one
  ///   costs only itself.
  public func read(within limit: Duration) async -> KubeletAnswers {
    let part = limit / 5
    let certificate = await servingCertificate(within: part)
    return KubeletAnswers(
      health: await health(within: part),
      pods: await answer(.pods, within: part, PodListReader.self),
      summary: await answer(.summary, within: part, SummaryReader.self),
      resources: await answer(.resources, within: part, ResourceMetricsReader.self),
      servingCertificate: certificate, clientCertificate: await clientCertificate(within: part))
  }

  /// Closes the connection and ends the session's thread. The session must be ended so, and not be used afterwards.
  public nonisolated func shutDown() async {
    await close()
    try? await group.shutdownGracefully()
  }

  private func close() async {
    await open?.client.close()
    open = nil
  }

  private func health(within limit: Duration) async -> Result<KubeletHealth, KubeletError> {
    do throws(KubeletError) {
      var answer = try await exchange(.health, within: limit, WholeAnswer.self)
      // 500 is how it says that it is not well, and a fault of its authorizer; only the first has checks.
      let bytes = answer.status == 200 ? try answer.reader.value() : answer.words
      guard answer.status == 200 || answer.status == 500 else { throw meaning(of: answer, .health) }
      let text = String(decoding: bytes, as: UTF8.self)
      if let health = KubeletHealth(parsing: text, isOK: answer.status == 200) { return .success(health) }
      throw answer.status == 500 ? meaning(of: answer, .health) : .malformed("not a healthz answer")
    } catch {
      return .failure(error)
    }
  }

  private func answer<Reader: AnswerReader>(
    _ path: KubeletPath, within limit: Duration, _ reader: Reader.Type
  ) async -> Result<Reader.Value, KubeletError> {
    do throws(KubeletError) {
      var answer = try await exchange(path, within: limit, reader)
      guard answer.status == 200 else { throw meaning(of: answer, path) }
      return .success(try answer.reader.value())
    } catch {
      return .failure(error)
    }
  }

  private func meaning<Reader: AnswerReader>(
    of answer: KubeletExchange.Answer<Reader>, _ path: KubeletPath
  ) -> KubeletError {
    let words = String(decoding: answer.words.prefix(4096), as: UTF8.self)
    return switch answer.status {
    case 401: .unauthorized
    case 403: path.refusal(words)
    case 404, 405: .notServed
    default: .status(answer.status, OneLine.of(words))
    }
  }

  private func exchange<Reader: AnswerReader>(
    _ path: KubeletPath, within limit: Duration, _: Reader.Type
  ) async throws(KubeletError) -> KubeletExchange.Answer<Reader> {
    let client = try await current(limit).client
    let token: String? =
      if case .tokenFile(let file) = endpoint.credential {
        try Self.token(file)
      } else {
        nil
      }
    return try await KubeletExchange(endpoint: endpoint, client: client, loop: loop, token: token)
      .get(path, within: limit)
  }

  private static func token(_ file: String) throws(KubeletError) -> String {
    do throws(CredentialFile.Fault) { return try CredentialFile(path: file).bearerToken() } catch {
      throw KubeletError(error)
    }
  }

  private func clientCertificate(within limit: Duration) async -> Result<CertificateLifetime, KubeletError>? {
    guard case .clientCertificate = endpoint.credential else { return nil }
    do throws(KubeletError) {
      return try await current(limit).material.clientCertificate.map { .success($0) }
    } catch {
      return .failure(error)
    }
  }

  private func servingCertificate(within limit: Duration) async -> Result<CertificateLifetime, KubeletError> {
    if let seen, case .success = seen.lifetime, seen.time.duration(to: .now) < Self.certificateAge {
      return seen.lifetime
    }
    let probe = CertificateProbe(endpoint: endpoint, group: group)
    let lifetime: Result<CertificateLifetime, KubeletError>
    do throws(KubeletError) {
      lifetime = .success(try await probe.lifetime(within: TimeAmount(limit)))
    } catch {
      lifetime = .failure(error)
    }
    seen = SeenCertificate(lifetime: lifetime, time: .now)
    return lifetime
  }

  /// The client made from the files as they are now. A rotated certificate or anchor takes effect with the next
  /// request.
  private func current(_ limit: Duration) async throws(KubeletError) -> OpenClient {
    let stamps = try TLSMaterial.stamps(of: endpoint)
    if let open, open.stamps == stamps, open.limit == limit { return open }
    let material = try TLSMaterial(endpoint)
    // The name that is verified is the node's, wherever we connect to.
    let configuration = HTTPClient.Configuration.toOneServer(
      material.verifying, name: endpoint.nodeName, at: endpoint.address, patience: limit)
    let fresh = OpenClient(
      client: HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration), stamps: stamps,
      limit: limit, material: material)
    let old = open
    open = fresh
    await old?.client.close()
    return fresh
  }
}
