import Crypto
import LicenseProtocol
import NIOCore
import NIOPosix
import NodeIdentity
import TPM2

extension AgentStatus {
  /// What a stopped agent left behind: its state and its certificates. Nothing is written and nobody is asked.
  /// - Throws: ``StateError`` where the state cannot be read.
  public static func remembered(_ settings: NodeAgentSettings, clock: AgentClock) throws -> AgentStatus {
    let state = try StateFile(folder: settings.stateFolder).load() ?? AgentState()
    let now = clock.wall().seconds
    // A key in the TPM is named by its file; the TPM is not spoken to.
    let tpm = try settings.tcti.map { try TPM(try TCTI($0)) }
    let stored = try IdentityStore(folder: settings.stateFolder).read(tpm, at: now)
    let keys = [stored.next, stored.current].compactMap { $0?.key.publicKeyInfo }
    let license = LicenseState(
      memory: state.license, nodeName: settings.nodeName, keys: Set(keys.map { Array(SHA256.hash(data: $0)) }),
      bootID: clock.bootID, at: clock.now())
    let shown = stored.usable(at: now).first ?? stored.next ?? stored.current
    return AgentStatus(
      version: settings.version, licenseOperator: settings.licenseOperator.description,
      session: SessionView(
        license: license, isConnected: false, lastEnd: nil, configurations: state.configurationVersions),
      isRunning: false,
      certificate: shown.map {
        .init(custody: $0.key.custody.rawValue, notBefore: $0.notBefore, notAfter: $0.notAfter, renewal: nil)
      }, fault: stored.faults.first?.description, time: clock.now(), wallTime: clock.wall())
  }
}
