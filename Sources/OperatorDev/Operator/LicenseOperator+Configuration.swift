import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

extension LicenseOperator {
  /// Sends what the node has not applied, where it has no delta under way and did not refuse this very state before.
  func sendConfiguration(_ id: UInt64) {
    guard var session = sessions[id], session.phase == .seated, session.delta == nil else { return }
    let target = state.configuration.current
    guard session.unappliable != target else { return }
    let (set, removed) = state.configuration.difference(from: session.applied)
    guard !set.isEmpty || !removed.isEmpty else { return }
    let nonce = Self.random32()
    session.delta = (nonce, target)
    sessions[id] = session
    session.outbox.send(
      .configDelta(
        .with {
          $0.nonce = Data(nonce)
          $0.from = session.applied
          $0.set = set.compactMap { name in
            guard let version = target[name], let body = files.bodies[name] else { return nil }
            return .with {
              $0.name = name
              $0.version = version
              $0.body = Data(body)
            }
          }
          $0.removed = removed
        }))
  }

  func received(_ ack: Lowlayer_Agent_V1_ConfigAck, in id: UInt64) {
    guard var session = sessions[id], let delta = session.delta, Array(ack.nonce) == delta.nonce else { return }
    session.delta = nil
    // What it names is what it has, whether it applied ours or not.
    session.applied = ack.versions
    if ack.error.isEmpty {
      session.unappliable = nil
    } else {
      session.unappliable = delta.target
      event(.configurationRefused, session, String(ack.error.prefix(500)))
    }
    if let seat = session.seat { state.seats[seat]?.configurationFault = String(ack.error.prefix(500)) }
    sessions[id] = session
    sendConfiguration(id)
  }

  /// The folder has something new for everybody.
  func take(_ bodies: ConfigurationFolder.Bodies) async {
    var versions = state.configuration
    files.bodies = bodies
    guard versions.take(bodies) else { return }
    state.configuration = versions
    do {
      try await save()
    } catch {
      // A version that may be forgotten is not sent; the next tick tries again.
      files.configuration = nil
      return
    }
    for id in sessions.keys { sendConfiguration(id) }
  }
}
