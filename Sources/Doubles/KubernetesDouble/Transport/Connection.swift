import NIOCore
import NIOPosix

/// Whether something listens.
enum Connection {
  static func check(host: String, port: Int, timeout: Duration) async throws(Refusal) {
    do {
      let channel = try await bootstrap(timeout).connect(host: host, port: port).get()
      channel.close(promise: nil)
    } catch {
      throw Refusal("dial tcp \(host):\(port): connect: \(error)")
    }
  }

  private static func bootstrap(_ timeout: Duration) -> ClientBootstrap {
    ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.nanoseconds(Int64(timeout / .nanoseconds(1))))
  }
}
