import NIOPosix

/// Where the operator keeps what it promised. Tests have their own.
struct StateStore: Sendable {
  /// The most that is read of a state, in bytes.
  static let limit = 64 << 20

  /// Saves; when it returns, the bytes outlive the process and the machine.
  var save: @Sendable ([UInt8]) async throws -> Void
  /// What was saved last; `nil` where nothing ever was.
  var load: @Sendable () throws(OperatorError) -> [UInt8]?

  /// The file at `path`, of mode 0600. The waiting for the disk happens on threads that are there for waiting.
  static func file(_ path: String) -> StateStore {
    StateStore(
      save: { bytes in
        try await NIOThreadPool.singleton.runIfActive { try OperatorFile.replace(path, with: bytes) }
      },
      load: { () throws(OperatorError) in try OperatorFile.contents(ifThere: path, limit: limit) })
  }
}
