import Glibc
import HostFS
import Kubelet
import NIOCore
import NIOPosix
import NodeAgent
import NodeMetrics

/// Reads the node on a thread of its own: a file system that hangs keeps neither heartbeats nor anything else waiting.
actor SnapshotLoop {
  private var reader: NodeReader
  private var retired: [KubeletSession] = []
  private nonisolated let loop: any EventLoop

  /// The reader's thread.
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  init(_ settings: AgentSettings, on loop: any EventLoop) throws(ReadError) {
    reader = try NodeReader(settings)
    self.loop = loop
  }

  /// What the node is doing.
  func snapshot(_ settings: OperatedSettings) async -> NodeSnapshot {
    await endRetired()
    reader.units = settings.units
    return await reader.read()
  }

  /// The kubelet is another one, or asked otherwise, from the next reading on. One that is under way goes on.
  func ask(_ settings: AgentSettings) {
    if let session = reader.askKubelet(settings) { retired.append(session) }
  }

  private func endRetired() async {
    let sessions = retired
    retired = []
    for session in sessions { await session.shutDown() }
  }
}
