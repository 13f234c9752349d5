public import NIOCore
import Synchronization

/// The connections that clients of a server have open: who stops it closes them, for clients keep theirs.
public final class OpenConnections: Sendable {
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  /// None yet.
  public init() {}

  /// A connection, until it is closed.
  public func keep(_ channel: any Channel) {
    let name = ObjectIdentifier(channel)
    channels.withLock { $0[name] = channel }
    channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[name] = nil } }
  }

  /// Closes them all.
  public func close() async {
    // One that is closed already is what was wanted.
    for closing in channels.withLock({ Array($0.values) }).map({ $0.close() }) { try? await closing.get() }
  }
}
