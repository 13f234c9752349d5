import ArgumentParser
import BootImage
import Desk
import PKI

/// `ll-bootimage pki`
struct PKICommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pki",
    abstract:
      "The cluster's certificates: an offline root, its issuers, organisations, people, and the nodes' first ones.",
    discussion: """
      Private keys are in DESK/secrets (encrypted), certificates, anchors and revocation lists in DESK/pki (public). Whatever is interrupted, \
      running the same command again finishes. See docs/pki.md and docs/operations.md.
      """,
    subcommands: [Init.self, Issue.self, Revoke.self, ShowCertificates.self, Export.self, Relock.self, Table.self])

  /// `ll-bootimage pki init`
  struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract: "Begins a desk: the root, management-cluster, the five issuers, and a certificate for every node.")

    @OptionGroup var desk: DeskOptions

    @Option(
      help: ArgumentHelp(
        "An age recipient (age1…) for the desk's secrets, instead of a passphrase; may be given often. Needs --identity.",
        valueName: "RECIPIENT"))
    var recipient: [String] = []

    @Option(help: ArgumentHelp("Somebody who may administrate OpenBao; may be given often.", valueName: "NAME"))
    var administrator: [String] = []

    func validate() throws {
      if !recipient.isEmpty, desk.identity == nil {
        throw ValidationError("--recipient needs --identity: one encrypts, the other opens.")
      }
    }

    func run() throws {
      let cluster = try desk.cluster()
      let paths = desk.paths
      let (identity, passphraseFile) = (desk.identity, desk.passphraseFile)
      let changes = try Failure.handled { () throws(DeskError) in
        let recipients = try DeskOptions.recipients(recipient)
        let session = try DeskSession.begin(paths, cluster: cluster) { (isNew) throws(DeskError) in
          (try DeskOptions.lock(paths, identity, passphraseFile, isNew: isNew), recipients)
        }
        var request = CertificateWork.Request()
        request.administrators = Set(administrator)
        return try Issue.run(session, request, desk)
      }
      Failure.show(changes, none: "nothing to do: every certificate is there and far from its end")
      Terminal.error(
        "Next: `ll-tpm identity` on each node into \(paths.identities)/NODE.json, then `ll-bootimage seal`.")
    }
  }

  /// `ll-bootimage pki issue`
  struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "issue",
      abstract: "Issues what is missing, due (a third of its life left), changed, or asked for.")

    @OptionGroup var desk: DeskOptions

    @Option(
      help: ArgumentHelp(
        "An organisation that gets an authority of its own, org-NAME; needs --domain.", valueName: "NAME"))
    var organization: String?

    @Option(
      help: ArgumentHelp(
        "A DNS domain that the organisation's authority may sign for; may be given often.", valueName: "DOMAIN"))
    var domain: [String] = []

    @Option(
      help: ArgumentHelp(
        "Addresses that it may sign for (CIDR); none unless given; may be given often.", valueName: "RANGE"))
    var addressRange: [String] = []

    @Option(help: ArgumentHelp("Somebody who may administrate OpenBao; may be given often.", valueName: "NAME"))
    var administrator: [String] = []

    @Option(
      help: ArgumentHelp(
        "Renew this certificate now, with the same key; a name as `pki show` lists it.", valueName: "NAME"))
    var renew: [String] = []

    @Option(help: ArgumentHelp("Replace this certificate and its key, and revoke the old one.", valueName: "NAME"))
    var rekey: [String] = []

    @Flag(help: "Go on although DESK/pki and the desk's secrets are not of the same time: the other is lost for good.")
    var reconcile = false

    @Flag(help: "The clock is right, though the desk's last work was more than a year ago.")
    var trustClock = false

    func validate() throws {
      if (organization == nil) != domain.isEmpty {
        throw ValidationError("--organization NAME and --domain DOMAIN go together.")
      }
      if organization == nil, !addressRange.isEmpty { throw ValidationError("--address-range needs --organization.") }
    }

    func run() throws {
      var request = CertificateWork.Request()
      if let organization {
        request.organizations[organization] = try Failure.handled { () throws(DeskError) in
          do throws(PKIError) {
            return OrganizationNames(
              dnsDomains: domain,
              addressRanges: try addressRange.map { (text) throws(PKIError) in try AddressRange(text) })
          } catch {
            throw .refused("\(error)")
          }
        }
      }
      request.administrators = Set(administrator)
      request.renew = Set(renew)
      request.rekey = Set(rekey)
      let session = try desk.open(reconciles: reconcile)
      let trustClock = trustClock
      let changes = try Failure.handled { () throws(DeskError) in
        try Self.run(session, request, desk, trustsClock: trustClock)
      }
      Failure.show(changes, none: "nothing to do: every certificate is there and far from its end")
    }

    static func run(
      _ session: DeskSession, _ request: CertificateWork.Request, _ desk: DeskOptions,
      trustsClock: Bool = false
    ) throws(DeskError) -> [DeskChange] {
      var work = CertificateWork(session, root: desk.root, at: Failure.now)
      work.trustsClock = trustsClock
      let bar = ProgressBar("certificates")
      work.progress = { bar.show($0, of: $1) }
      return try work.issue(request)
    }
  }

  /// `ll-bootimage pki revoke`
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke",
      abstract: "Takes certificates back: they go onto their issuer's revocation list, and their keys off the desk.")

    @OptionGroup var desk: DeskOptions

    @Option(
      help: ArgumentHelp(
        "Why, as RFC 5280 has it: keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation …",
        valueName: "REASON"))
    var reason = "unspecified"

    @Argument(help: ArgumentHelp("A name as `pki show` lists it, or a serial number.", valueName: "NAME"))
    var names: [String]

    func run() throws {
      guard let reason = RevocationReason(reason) else {
        Terminal.error(
          "ll-bootimage: no reason '\(reason)'; \(RevocationReason.allCases.map { "\($0)" }.joined(separator: ", "))")
        throw ExitStatus.usage
      }
      let session = try desk.open()
      let changes = try Failure.handled { () throws(DeskError) in
        var work = CertificateWork(session, root: desk.root, at: Failure.now)
        return try work.revoke(names, reason: reason)
      }
      Failure.show(changes, none: "nothing to do")
      Terminal.error(
        "Hand the new revocation lists in \(desk.paths.certificates) to those who check them: docs/operations.md, revoking."
      )
    }
  }
}
