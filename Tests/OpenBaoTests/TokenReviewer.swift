import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import OpenBaoDouble

/// The one call that OpenBao makes to Kubernetes: a TokenReview (authentication.k8s.io/v1), for the tokens that are accepted.
final class TokenReviewer: Sendable {
  let accepted: Mutex<Set<String>>
  private let channel: Mutex<(any Channel)?>

  var port: Int { channel.withLock { $0?.localAddress?.port } ?? 0 }

  init(takes tokens: Set<String>) async throws {
    accepted = Mutex(tokens)
    channel = Mutex(nil)
    let bound = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler { self.review($0) })
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    channel.withLock { $0 = bound }
  }

  func close() async throws { try await channel.withLock { $0 }?.close() }

  private func review(_ body: [UInt8]) -> [UInt8] {
    let question = (try? JSONValue.parse(body)) ?? .null
    let token = question[key: "spec"][key: "token"].text ?? ""
    let status: JSONValue =
      accepted.withLock { $0.contains(token) }
      ? [
        "authenticated": true, "audiences": question[key: "spec"][key: "audiences"],
        "user": [
          "username": "system:serviceaccount:low-layer:ll-agent", "uid": "uid-of-low-layer-ll-agent",
          "groups": ["system:serviceaccounts"],
        ],
      ] : ["authenticated": false, "error": "[invalid bearer token]"]
    let answer: JSONValue = [
      "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": question[key: "spec"], "status": status,
    ]
    return (try? answer.bytes()) ?? []
  }

  // Used on its channel's event loop only.
  private final class Handler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let review: @Sendable ([UInt8]) -> [UInt8]
    private var body: [UInt8] = []

    init(_ review: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.review = review }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head: body = []
      case .body(let part): body += part.readableBytesView
      case .end:
        let answer = review(body)
        let headers: HTTPHeaders = ["content-type": "application/json", "content-length": "\(answer.count)"]
        context.write(
          wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .created, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
