public import TPM2
import TPMStructures

/// The node's TPM, as far as its identity needs it: keys below the storage root key, and the agent's half of an
/// attestation.
///
/// A call whose connection to the TPM broke is repeated once on a new one, with everything loaded again.
public struct NodeTPM: Sendable {
  /// The TPM.
  public let tpm: TPM

  /// That TPM.
  public init(_ tpm: TPM) { self.tpm = tpm }

  /// Makes a TLS key in the TPM, never exportable. The storage root key is made and kept where there is none.
  public func makeKey() async throws(NodeIdentityError) -> NodeKey {
    let object = try await performing { (context: TPMContext) throws(NodeIdentityError) in
      let parent = try StorageRoot.makingIt(in: context)
      return try NodeIdentityError.inTPM { () throws(TPMError) in
        try context.create(KeyTemplate.tls, parent: parent)
      }
    }
    return try NodeKey(object, in: tpm)
  }

  /// Whether this TPM made the TLS key: `false` where the board was changed or the TPM cleared. A key in a file is
  /// nobody's.
  public func holds(_ key: NodeKey) async throws(NodeIdentityError) -> Bool {
    guard let object = key.tpmObject else { return false }
    return try await performing { (context: TPMContext) throws(NodeIdentityError) in
      // TPM2_Clear takes the storage root key away.
      guard
        try NodeIdentityError.inTPM({ () throws(TPMError) in try context.handles(.persistent) })
          .contains(StorageRoot.handle)
      else { return false }
      do throws(NodeIdentityError) {
        let key = try StorageRoot.load(object, below: try StorageRoot.existing(in: context), in: context)
        try NodeIdentityError.inTPM { () throws(TPMError) in try context.flush(key) }
        return true
      } catch {
        guard case .anotherTPM = error else { throw error }
        return false
      }
    }
  }

  func performing<Result: Sendable>(
    _ body: @Sendable (TPMContext) throws(NodeIdentityError) -> Result
  ) async throws(NodeIdentityError) -> Result {
    do throws(NodeIdentityError) {
      return try await tpm.perform(failing: NodeIdentityError.tpm, body)
    } catch {
      guard case .tpm(let failure) = error, failure.isConnectionLoss else { throw error }
      return try await tpm.perform(failing: NodeIdentityError.tpm, body)
    }
  }
}

extension TPMError {
  /// Whether the way to the TPM failed, and not the TPM.
  var isConnectionLoss: Bool {
    switch self {
    case .connectionLost, .unreachable: true
    case .command(_, let code):
      switch code.layer {
      case .esys, .system, .tcti: true
      default: false
      }
    default: false
    }
  }
}

extension NodeIdentityError {
  /// What `body` gives, its failure as ours.
  static func inTPM<Result>(_ body: () throws(TPMError) -> Result) throws(NodeIdentityError) -> Result {
    do throws(TPMError) { return try body() } catch { throw .tpm(error) }
  }
}
