import CTSS2
import Glibc
import TPMStructures

/// The TPM during one ``TPM/perform(_:)``, with its commands as methods. It never leaves the TPM's thread.
///
/// What is loaded or started is flushed by ``flush(_:)``, by the ``scope(_:)`` that it happened in, or at the end of
/// the `perform`.
public final class TPMContext {
  /// The way to the TPM.
  public let tcti: TCTI
  private var line: WatchedLine?
  private var esys: OpaquePointer?
  // The ESYS context saw its connection fail: each further call on it would only give BAD_SEQUENCE.
  private var isBroken = false
  private var sentBefore = 0
  private var scopeNumber: UInt64 = 0
  private var held: [Held] = []
  private var lastSerial = 0
  private var orphans: [Orphan] = []

  // What ESAPI keeps for this `perform`.
  private struct Held {
    let reference: UInt32
    let kind: HeldKind
    let serial: Int
    var hasAuthorizationValue = false
  }

  // An object or session that a broken connection left in a TPM without a resource manager.
  private struct Orphan {
    let handle: UInt32
    let name: [UInt8]
  }

  /// What has to be done about something that is held.
  enum HeldKind {
    /// Flushed: it takes one of the TPM's few slots.
    case object
    /// Flushed, unless the TPM has done it.
    case session
    /// Forgotten: it stays in the TPM.
    case reference
  }

  init(_ tcti: TCTI) { self.tcti = tcti }

  deinit { close() }

  /// How many commands the TPM was sent so far, those that tss2 sends by itself (as TPM2_ReadPublic for a handle)
  /// included.
  public var commandsSent: Int { sentBefore + (line?.transmitted ?? 0) }

  /// Flushes whatever `body` loads or starts, also when it throws.
  public func scope<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let mark = lastSerial
    // What cannot be flushed here stays held; the end of the `perform` tries again and says so.
    defer { _ = release(after: mark) }
    return try body()
  }

  /// TPM2_FlushContext: takes an object or a session out of the TPM.
  public func flush(_ handle: TPMHandle) throws(TPMError) {
    guard let index = held.firstIndex(where: { $0.reference == handle.reference }), handle.scope == scopeNumber else {
      throw TPMError.staleHandle("TPM2_FlushContext")
    }
    try flush(held[index])
    held.remove(at: index)
  }

  // MARK: Calls

  /// Calls ESAPI for `command` with the authorizations, then the encryption session, as its sessions.
  func run(
    _ command: String, _ handles: [TPMHandle] = [], _ authorizations: [Authorization] = [],
    encryption: TPMSession? = nil,
    _ call: (OpaquePointer, _ first: UInt32, _ second: UInt32, _ third: UInt32) -> TSS2_RC
  ) throws(TPMError) {
    guard let esys, !isBroken else { throw TPMError.connectionLost(command) }
    var sessions = authorizations
    if let encryption { sessions.append(.session(encryption)) }
    for handle in handles where handle.scope != 0 && handle.scope != scopeNumber {
      throw TPMError.staleHandle(command)
    }
    for case .session(let session) in sessions where !isHeld(session.handle) { throw TPMError.staleHandle(command) }
    let references = sessions.map(\.reference) + [UInt32](repeating: ESYS_TR_NONE, count: 3)
    let continued = sessions.map { continues($0, esys) }
    let code = call(esys, references[0], references[1], references[2])
    guard code == 0 else { throw failure(command, code) }
    for (session, isContinued) in zip(sessions, continued) where !isContinued { forget(session.reference) }
  }

  /// Notes what a command made; flushed or forgotten when the scope ends.
  func hold(_ reference: UInt32, _ kind: HeldKind, hasAuthorizationValue: Bool = false) -> TPMHandle {
    lastSerial += 1
    held.append(
      Held(reference: reference, kind: kind, serial: lastSerial, hasAuthorizationValue: hasAuthorizationValue))
    return TPMHandle(reference, scope: scopeNumber)
  }

  /// Notes that ESAPI keeps an authorization value beside the handle, to be overwritten before it is freed.
  func noteAuthorizationValue(of handle: TPMHandle) {
    guard let index = held.firstIndex(where: { $0.reference == handle.reference }) else { return }
    held[index].hasAuthorizationValue = true
  }

  /// Closes an ESYS_TR that is no longer in the TPM, or whose making failed half-way.
  func forget(_ reference: UInt32) {
    held.removeAll { $0.reference == reference }
    var reference = reference
    // ESAPI may have closed it already.
    _ = Esys_TR_Close(esys, &reference)
  }

  /// Wipes the buffer in which ESAPI encoded the last command and decrypted the last response.
  func wipeBuffer() { line?.wipe() }

  /// Calls ESAPI with harmless arguments that it must refuse.
  func overwriteArguments(_ call: (OpaquePointer) -> TSS2_RC) {
    guard let esys, !isBroken else { return }
    let badHandle: TSS2_RC = 0x0007_0018
    // Anything else leaves the context in an unknown state.
    if call(esys) != badHandle { isBroken = true }
  }

  private func isHeld(_ handle: TPMHandle) -> Bool {
    handle.scope == scopeNumber && held.contains { $0.reference == handle.reference }
  }

  private func continues(_ authorization: Authorization, _ esys: OpaquePointer) -> Bool {
    guard case .session(let session) = authorization else { return true }
    var attributes: TPMA_SESSION = 0
    guard Esys_TRSess_GetAttributes(esys, session.handle.reference, &attributes) == 0 else { return true }
    return TPMSession.Attributes(rawValue: attributes).contains(.continueSession)
  }

  private func failure(_ command: String, _ code: TSS2_RC) -> TPMError {
    if Self.breaksConnection(code) { isBroken = true }
    return .command(command, ResponseCode(rawValue: code))
  }

  // ESAPI (layer 7) and SAPI (8) cannot go on after these; the TCTI (10) reports nothing else.
  private static func breaksConnection(_ code: TSS2_RC) -> Bool {
    let afterwardsUnusable: Set<TSS2_RC> = [
      TSS2_BASE_RC_GENERAL_FAILURE, TSS2_BASE_RC_BAD_CONTEXT, TSS2_BASE_RC_BAD_SEQUENCE, TSS2_BASE_RC_NO_CONNECTION,
      TSS2_BASE_RC_TRY_AGAIN, TSS2_BASE_RC_IO_ERROR, TSS2_BASE_RC_MALFORMED_RESPONSE,
      TSS2_BASE_RC_INSUFFICIENT_RESPONSE, TSS2_BASE_RC_RSP_AUTH_FAILED,
    ]
    return switch code >> 16 & 0xFF {
    case 10: true
    case 7, 8: afterwardsUnusable.contains(code & 0xFFFF)
    default: false
    }
  }

  // MARK: A perform

  func begin() throws(TPMError) {
    if isBroken { close() }
    scopeNumber += 1
    if esys == nil {
      do { try open() } catch {
        close()
        throw error
      }
    }
  }

  func end() throws(TPMError) {
    guard let error = release(after: 0) else { return }
    isBroken = true
    throw error
  }

  func abandon() { if release(after: 0) != nil { isBroken = true } }

  func close() {
    noteOrphans()
    if esys != nil { Esys_Finalize(&esys) }
    sentBefore = commandsSent
    line = nil
    isBroken = false
  }

  private func open() throws(TPMError) {
    // At `debug` and `trace` it logs session keys and what it decrypted: no environment may ask for that.
    setenv("TSS2_LOG", "all+none", 1)
    // ESAPI frees what it knows of sessions and authorization values as it is: glibc is to overwrite what is freed.
    mallopt(M_PERTURB, 0xA5)
    let line = try WatchedLine(tcti)
    self.line = line
    let code = Esys_Initialize(&esys, line.context, nil)
    guard code == 0 else { throw TPMError.unreachable(tcti, ResponseCode(rawValue: code)) }
    // Firmware has started a machine's TPM; a simulator has none.
    if tcti.isSimulator { try startUp() }
    flushOrphans()
  }

  private func startUp() throws(TPMError) {
    let isStarted: TSS2_RC = 0x100
    let clear: UInt16 = 0x0000
    try run("TPM2_Startup") { esys, _, _, _ in
      let code = Esys_Startup(esys, clear)
      return code == isStarted ? 0 : code
    }
  }

  // MARK: What is held

  private func release(after serial: Int) -> TPMError? {
    var firstError: TPMError?
    for index in held.indices.reversed() where held[index].serial > serial {
      do {
        try flush(held[index])
        held.remove(at: index)
      } catch { firstError = firstError ?? error }
    }
    return isBroken ? nil : firstError
  }

  private func flush(_ entry: Held) throws(TPMError) {
    if entry.hasAuthorizationValue { overwriteAuthorizationValue(of: entry.reference) }
    guard entry.kind != .reference else {
      var reference = entry.reference
      _ = Esys_TR_Close(esys, &reference)
      return
    }
    try run("TPM2_FlushContext") { esys, _, _, _ in Esys_FlushContext(esys, entry.reference) }
  }

  private func overwriteAuthorizationValue(of reference: UInt32) {
    // Longest and zero first: a null value would only set the size.
    var zeros = TPM2B_AUTH()
    zeros.size = UInt16(MemoryLayout.size(ofValue: zeros.buffer))
    _ = Esys_TR_SetAuth(esys, reference, &zeros)
    _ = Esys_TR_SetAuth(esys, reference, nil)
  }

  private func noteOrphans() {
    defer { held = [] }
    guard let esys, !tcti.hasResourceManager else { return }
    for entry in held where entry.kind != .reference {
      var handle: TPM2_HANDLE = 0
      guard Esys_TR_GetTpmHandle(esys, entry.reference, &handle) == 0 else { continue }
      orphans.append(Orphan(handle: handle, name: entry.kind == .object ? name(entry.reference, esys) : []))
    }
  }

  private func name(_ reference: UInt32, _ esys: OpaquePointer) -> [UInt8] {
    var name: UnsafeMutablePointer<TPM2B_NAME>?
    guard Esys_TR_GetName(esys, reference, &name) == 0 else { return [] }
    return (try? CStructure.bytes(taking: name, from: "Esys_TR_GetName", Tss2_MU_TPM2B_NAME_Marshal)) ?? []
  }

  // The TPM may have been restarted, and the slot be free or somebody else's: only what still has its name is flushed.
  private func flushOrphans() {
    defer { orphans = [] }
    guard let esys else { return }
    for orphan in orphans {
      var reference = ESYS_TR_NONE
      guard Esys_TR_FromTPMPublic(esys, orphan.handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &reference) == 0
      else { continue }
      if orphan.name.isEmpty || name(reference, esys) == orphan.name {
        if Esys_FlushContext(esys, reference) == 0 { continue }
      }
      _ = Esys_TR_Close(esys, &reference)
    }
  }
}
