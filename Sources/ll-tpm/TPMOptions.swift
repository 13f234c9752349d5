import ArgumentParser
import Console
import Glibc
import TPM2

/// Which TPM.
struct TPMOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The way to the TPM, device:/dev/tpmrm0 by default; LL_TCTI in the environment says the same. A simulator only by name: swtpm:…, mssim:….",
      valueName: "NAME:CONF"))
  var tcti: String?

  /// The TPM; nothing is sent to it yet.
  func open() throws(Exit) -> TPM { try Self.open(tcti) }

  /// The same without the parser.
  static func open(_ tcti: String?) throws(Exit) -> TPM {
    let text = tcti ?? getenv("LL_TCTI").map { String(cString: $0) }
    do throws(TPMError) {
      return try TPM(try text.map { (text) throws(TPMError) in try TCTI(text) } ?? .resourceManager)
    } catch {
      Output.error.line("ll-tpm: error: \(error)")
      if case .tcti = error { throw .usage }
      throw .environment
    }
  }
}
