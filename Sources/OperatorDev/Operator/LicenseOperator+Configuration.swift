import FoundationEssentials
import LicenseProtocol
import SwiftProtobuf

extension LicenseOperator {
  /// Sends what the node has not applied, where it has no delta under way and did not refuse this very state before.
  func sendConfiguration(_ id: UInt64) {
    guard var session = sessions[id], session.phase == .seated, session.delta == nil, let wanted = files.wanted
    else { return }
    let target = wanted.versions
    guard session.unappliable != target else { return }
    let (set, removed) = wanted.difference(from: session.applied)
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
            guard let version = target[name], let body = wanted.bodies[name] else { return nil }
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
    guard ConfigurationLimits.allow(ack.versions) else {
      return refuse(id, .malformed("the versions of ConfigAck are none that a node can have"))
    }
    session.delta = nil
    // What it names is what it has, whether it applied ours or not.
    session.applied = ack.versions
    var fault = ForeignWords.of(ack.error)
    if fault.isEmpty, ack.versions != delta.target {
      // The difference would be sent and acknowledged so without end.
      fault = "it says that it has applied the configuration, and names other versions"
    }
    session.unappliable = fault.isEmpty ? nil : delta.target
    if !fault.isEmpty { event(.configurationRefused, session, fault) }
    if let seat = session.seat { state.seats[seat]?.configurationFault = fault }
    sessions[id] = session
    sendConfiguration(id)
  }

  /// The folder has something new for everybody. One change at a time.
  func take(_ bodies: ConfigurationFolder.Bodies) async {
    let before = state.configuration
    var versions = before
    if versions.take(bodies, at: date.seconds) {
      files.isTakingConfiguration = true
      defer { files.isTakingConfiguration = false }
      state.configuration = versions
      do {
        try await save()
      } catch {
        // A version that may be forgotten is not sent; the next tick tries again.
        state.configuration = before
        files.configuration = nil
        return
      }
    }
    files.wanted = WantedConfiguration(bodies: bodies, versions: versions.current)
    for id in sessions.keys { sendConfiguration(id) }
  }
}
