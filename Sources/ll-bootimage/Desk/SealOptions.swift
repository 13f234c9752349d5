import ArgumentParser
import BootImage
import Desk
import Diagnostics
import Glibc
import MeasuredBoot
import SealedObject
import SecretMemory
import TPMStructures

/// How the static seal's key is escrowed.
struct EscrowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Give out recovery shares of the static seal's key: into the empty folder DIR, - onto this terminal, or none.",
      valueName: "DIR|-|none"))
  var escrow: String?

  @Option(help: ArgumentHelp("How many shares there are, 2 to 16.", valueName: "N"))
  var shares = 5

  @Option(help: ArgumentHelp("How many of them bring the key back.", valueName: "K"))
  var threshold = 3

  func validate() throws {
    guard (2...16).contains(shares), (2...shares).contains(threshold) else {
      throw ValidationError("--shares is 2 to 16, and --threshold 2 to as many.")
    }
  }

  /// The order; `nil` where nothing was said.
  func order() throws(ExitStatus) -> EscrowOrder? {
    guard let escrow else { return nil }
    switch escrow {
    case "none": return EscrowOrder(.nobody)
    case "-":
      guard isatty(STDOUT_FILENO) == 1, isatty(STDIN_FILENO) == 1 else {
        Terminal.error("ll-bootimage: --escrow - shows shares to people: it needs a terminal, not a file or a pipe")
        throw .usage
      }
      return EscrowOrder(
        .printed { (text) throws(DeskError) in
          // The screen is cleared between holders, scroll-back and all.
          Terminal.output("\u{1B}[2J\u{1B}[3J\u{1B}[H")
          text.withUnsafeBytes { Terminal.write($0) }
          guard Terminal.lostOutput == 0 else { throw .environment("the share could not be shown: nothing was sealed") }
          // What was typed before a holder looked does not count.
          tcflush(STDIN_FILENO, TCIFLUSH)
          Terminal.output("\nFor one holder only. Enter shows the next one. ")
          guard Terminal.waitForEnter() else { throw .refused("not every holder has a share: nothing was sealed") }
          Terminal.output("\u{1B}[2J\u{1B}[3J\u{1B}[H")
        }, shares: shares, threshold: threshold)
    default: return EscrowOrder(.folder(escrow), shares: shares, threshold: threshold)
    }
  }
}

/// What must hold on the nodes before their TPMs give anything back.
struct BootPolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "tpm-only, standard (PCR 7 and the epoch) or strict (PCRs 4, 8 and 9 too). By default that of the last time, at first standard.",
      valueName: "NAME"))
  var policy: String?

  @Flag(help: "The policy is meant to be weaker than that of the last time.")
  var weaken = false

  @Option(help: ArgumentHelp("The PCR bank of --policy: sha256 (default) or sha384.", valueName: "NAME"))
  var bank: String?

  @Option(
    help: ArgumentHelp(
      "The PCR of --policy that must be zero, and that cap extends (default: 13).", valueName: "NUMBER"))
  var capPCR: Int?

  @Option(help: ArgumentHelp("What the approval is called: the operating system's version.", valueName: "TEXT"))
  var label = "approved"

  @Option(help: ArgumentHelp("How the staged operating system's boot differs (docs/tpm.md).", valueName: "FILE"))
  var substitutions: String?

  func validate() throws {
    if bank != nil || capPCR != nil, policy == nil || policy == "tpm-only" {
      throw ValidationError("--bank and --cap-pcr are parts of --policy standard or strict.")
    }
  }

  /// The policy; `nil` for that of the last time.
  func sealingPolicy() throws(ExitStatus) -> SealingPolicy? {
    guard let policy else { return nil }
    do throws(SealedObjectError) {
      if policy == "tpm-only" { return .tpmOnly }
      return try SealingPolicy(
        name: policy, bank: HashAlgorithm(name: bank ?? "sha256"), capPCR: capPCR ?? SealingPolicy.defaultCapPCR)
    } catch {
      Terminal.error("ll-bootimage: \(error)")
      throw .usage
    }
  }

  /// How the staged operating system differs, and the files that this names.
  func staged() throws(ExitStatus) -> (SubstitutionList, [String: [UInt8]]) {
    guard let substitutions else { return (SubstitutionList(), [:]) }
    let bytes = try Terminal.environment { () throws(FileError) in try HostFile.read(substitutions) }
    var report = Report()
    let list = SubstitutionList(parsing: bytes, report: &report)
    var located = Report()
    located.add(contentsOf: report, in: substitutions)
    Terminal.show(located)
    if report.hasErrors { throw .input }
    var files: [String: [UInt8]] = [:]
    for path in list.paths {
      files[path] = try Terminal.environment { () throws(FileError) in try HostFile.read(path) }
    }
    return (list, files)
  }
}
