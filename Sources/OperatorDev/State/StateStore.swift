import NIOPosix

/// Where the operator keeps what it promised. Tests have their own.
struct StateStore: Sendable {
  /// The most that a state may have, in bytes.
  static let limit = 64 << 20

  /// Saves; when it returns, the bytes outlive the process and the machine.
  var save: @Sendable ([UInt8]) async throws -> Void
  /// What was saved last; `nil` where nothing ever was.
  var load: @Sendable () throws(OperatorError) -> [UInt8]?

  /// The file at `path`, of mode 0600. The waiting for the disk happens on threads that are there for waiting.
  /// - Parameter limit: what has more bytes is not written: nobody could read it again.
  static func file(_ path: String, limit: Int = StateStore.limit) -> StateStore {
    StateStore(
      save: { bytes in
        guard bytes.count <= limit else {
          throw OperatorError.file(
            path, "it would have \(bytes.count) bytes, and more than \(limit) are not read again")
        }
        try await NIOThreadPool.singleton.runIfActive { try OperatorFile.replace(path, with: bytes) }
      },
      load: { () throws(OperatorError) in try OperatorFile.contents(ifThere: path, limit: limit) })
  }
}
