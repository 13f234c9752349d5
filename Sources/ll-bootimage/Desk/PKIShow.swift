import ArgumentParser
import BootImage
import Desk
import Diagnostics

extension PKICommand {
  /// `ll-bootimage pki show`
  struct ShowCertificates: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Lists every certificate, how long it lasts, and what was revoked. Needs no passphrase.")

    @OptionGroup var place: DeskPlace

    @Option(help: "How the result is printed: text or json.")
    var format: OutputFormat = .text

    func run() throws {
      let cluster = try place.cluster()
      let listing = try Failure.handled { () throws(DeskError) in
        try CertificateListing(DeskPaths(folder: place.folder), cluster: cluster, at: Failure.now)
      }
      switch format {
      case .text: Terminal.output(listing.text)
      case .json: Terminal.output(listing.json.compact + [UInt8(ascii: "\n")])
      }
      if listing.needsWork { Terminal.error("ll-bootimage: warning: something is due: `ll-bootimage pki issue`") }
    }
  }

  /// `ll-bootimage pki export`
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export",
      abstract: "Writes a certificate, the issuers above it and its private key into one file, the key encrypted.",
      discussion: """
        For an administrator's `bao login -method=cert`, or for an issuer's import into OpenBao (`openssl pkey` opens the key). With --plain \
        the key is not encrypted, and the file must be on a tmpfs such as /dev/shm.
        """)

    @OptionGroup var desk: DeskOptions

    @Argument(help: ArgumentHelp("A name as `pki show` lists it.", valueName: "NAME"))
    var name: String

    @Option(help: ArgumentHelp("The file to make.", valueName: "FILE"))
    var out: String

    @Option(help: ArgumentHelp("A file with the passphrase that the key gets.", valueName: "FILE"))
    var keyPassphraseFile: String?

    @Flag(help: "Leave the key unencrypted, on a tmpfs only.")
    var plain = false

    func validate() throws {
      if plain, keyPassphraseFile != nil {
        throw ValidationError("--plain and --key-passphrase-file exclude each other.")
      }
    }

    func run() throws {
      let session = try desk.open()
      try Failure.handled { () throws(DeskError) in
        let export = CertificateExport(session)
        try export.check(name)
        if plain {
          try export.writePlain(name, to: out)
        } else {
          let passphrase =
            if let keyPassphraseFile { try SecretInput.passphrase(keyPassphraseFile) } else {
              try SecretInput.ask("Passphrase for the key of \(name)", isNew: true)
            }
          try export.write(name, to: out, passphrase: passphrase)
        }
      }
      Terminal.line(out)
    }
  }

  /// `ll-bootimage pki relock`
  struct Relock: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "relock",
      abstract: "Encrypts the desk's secrets under another passphrase, or for other age recipients.",
      discussion: "Whoever has an old copy of the file and what opened it still has what was in it.")

    @OptionGroup var desk: DeskOptions

    @Option(
      help: ArgumentHelp("A file with the new passphrase; asked for on the terminal otherwise.", valueName: "FILE"))
    var newPassphraseFile: String?

    @Option(
      help: ArgumentHelp("An age recipient, instead of a passphrase; may be given often.", valueName: "RECIPIENT"))
    var recipient: [String] = []

    @Option(help: ArgumentHelp("age identities, one of which belongs to a recipient.", valueName: "FILE"))
    var newIdentity: String?

    func validate() throws {
      if recipient.isEmpty != (newIdentity == nil) {
        throw ValidationError("--recipient and --new-identity go together: one encrypts, the other opens.")
      }
    }

    func run() throws {
      let session = try desk.open()
      let paths = desk.paths
      let (newIdentity, newPassphraseFile, recipient) = (newIdentity, newPassphraseFile, recipient)
      try Failure.handled { () throws(DeskError) in
        try session.relock(
          try DeskOptions.lock(paths, newIdentity, newPassphraseFile, isNew: true),
          recipients: try DeskOptions.recipients(recipient))
      }
      Terminal.line("\(paths.secrets): encrypted anew")
    }
  }

  /// `ll-bootimage pki table`
  struct Table: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "table",
      abstract: "Prints the table of every certificate of a cluster, as Markdown: who signs, verifies and renews it.")

    @OptionGroup var place: DeskPlace

    func run() throws {
      Terminal.output(CertificateTable(cluster: try place.cluster()).markdown)
    }
  }
}
