import Foundation
import Kubelet
import TestSupport

/// A double of a kubelet of node `worker-1`, and an endpoint that trusts it.
struct KubeletFixture {
  static let node = "worker-1"
  static let token = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"

  let folder: TemporaryFolder
  let double: KubeletDouble
  var endpoint: KubeletEndpoint

  /// - Parameters:
  ///   - names: the DNS names and IPv4 addresses in the serving certificate.
  ///   - validFor: how many seconds it is still valid.
  ///   - anchor: whom the client trusts instead of the issuer.
  init(
    names: [String] = [KubeletFixture.node], commonName: String = "serving", validFor: TimeInterval = 3600,
    anchor: TestAuthority? = nil, door: KubeletDouble.Door? = nil,
    replies: [String: KubeletDouble.Reply] = RecordedAnswers.well
  ) async throws {
    let authority = try TestAuthority()
    let serving = try authority.issue(commonName, names: names, validFor: validFor).server
    folder = try TemporaryFolder()
    let anchors = try folder.write((anchor ?? authority).certificatePEM, to: "ca.crt")
    let token = try folder.write(Self.token + "\n", to: "token")
    double = try await KubeletDouble(
      door ?? .tls(chain: serving.chain, key: serving.key, clients: nil), replies: replies)
    endpoint = KubeletEndpoint(
      nodeName: Self.node, address: "127.0.0.1", port: double.port, anchors: anchors.path,
      credential: .tokenFile(token.path))
  }

  /// Reads once and takes everything down again.
  func read(within limit: Duration = .seconds(100)) async throws -> KubeletAnswers {
    let session = KubeletSession(endpoint)
    let answers = await session.read(within: limit)
    await session.shutDown()
    return answers
  }
}

extension Result {
  var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
  var value: Success? { if case .success(let value) = self { value } else { nil } }
}

extension KubeletAnswers {
  /// The errors of the four paths, in the order in which they are asked.
  var failures: [KubeletError?] { [health.failure, pods.failure, summary.failure, resources.failure] }
}
