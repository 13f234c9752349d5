import Glibc
import HostFS
import NIOCore
import NIOPosix
import NodeAgent
import NodeMetrics

/// Reads the node on a thread of its own: a file system that hangs keeps neither heartbeats nor anything else waiting.
actor SnapshotLoop {
  private var reader: NodeReader
  private nonisolated let loop: any EventLoop

  /// The reader's thread.
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  init(_ settings: AgentSettings, on loop: any EventLoop) throws(ReadError) {
    reader = try NodeReader(settings)
    self.loop = loop
  }

  /// What the node is doing.
  func snapshot(_ settings: OperatedSettings) async -> NodeSnapshot {
    reader.units = settings.units
    return await reader.read()
  }

  /// Ends what a reading may have begun.
  func close() async { await reader.close() }
}
