/// A TPM behind one TCTI, spoken to on a thread of its own; the connection is opened when it is first needed.
///
/// After the connection broke, the call that saw it fails and the next ``perform(_:)`` opens another one.
public actor TPM {
  /// The way to the TPM.
  public nonisolated let tcti: TCTI
  private nonisolated let thread: TPMThread
  private let context: TPMContext

  /// The thread of this TPM.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// The TPM at `tcti`; nothing is sent to it yet.
  ///
  /// With the first connection, the whole process overwrites memory that it frees (mallopt(3), `M_PERTURB`), and tss2's
  /// own log is off whatever the environment's `TSS2_LOG` says: it would hold secrets.
  public init(_ tcti: TCTI = .resourceManager) throws(TPMError) {
    self.tcti = tcti
    thread = try TPMThread()
    context = TPMContext(tcti)
  }

  deinit { thread.stop() }

  /// How many commands the TPM was sent so far, those that tss2 sends by itself included.
  public var commandsSent: Int { context.commandsSent }

  /// Runs `body` with the TPM to itself. Whatever it loaded or started is flushed when it ends, also when it throws.
  public func perform<Result: Sendable>(
    _ body: @Sendable (TPMContext) throws(TPMError) -> Result
  ) throws(TPMError) -> Result {
    try perform(failing: { $0 }, body)
  }

  /// The same for a `body` with an error type of its own, into which `failing` turns what goes wrong outside of it.
  public func perform<Result: Sendable, Failure: Error>(
    failing: @Sendable (TPMError) -> Failure, _ body: @Sendable (TPMContext) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    do { try context.begin() } catch { throw failing(error) }
    let result: Result
    do { result = try body(context) } catch {
      // The body's own error says more than what else went wrong in tidying up, which the next `perform` tries again.
      context.abandon()
      throw error
    }
    do { try context.end() } catch { throw failing(error) }
    return result
  }

  /// Closes the connection; the next ``perform(_:)`` opens another one.
  public func close() { context.close() }
}
