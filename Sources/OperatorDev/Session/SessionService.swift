import GRPCCore
import LicenseProtocol

/// `lowlayer.agent.v1.OperatorService`: carries messages between a stream and the ``LicenseOperator``. One task reads
/// and
/// one writes; there are no timers here.
struct SessionService: Lowlayer_Agent_V1_OperatorService.SimpleServiceProtocol {
  let licenseOperator: LicenseOperator
  let organisations: OrganisationsBook

  func session(
    request: RPCAsyncSequence<Lowlayer_Agent_V1_NodeMessage, any Error>,
    response: RPCWriter<Lowlayer_Agent_V1_OperatorMessage>, context: ServerContext
  ) async throws {
    guard let peer = Peer(context, organisations: organisations.current) else {
      throw RPCError(code: .unauthenticated, message: "this connection has no verified certificate")
    }
    let outbox = Outbox()
    guard let session = await licenseOperator.opened(peer, outbox) else {
      throw RPCError(code: .unavailable, message: "the operator is going away")
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { outbox.close() }
        do {
          for try await message in request { await licenseOperator.received(message, in: session) }
        } catch {
          // The node or the network ended the stream, or we did below: the session is over either way.
        }
      }
      do {
        // What is in the outbox when the session is closed is sent before the stream ends.
        for await message in outbox.messages { try await response.write(message) }
      } catch {
        // Nobody is there to write to.
      }
      group.cancelAll()
    }
    await licenseOperator.closed(session)
  }
}
