import Attestation
import Diagnostics
import LicenseProtocol
import PKI

extension LicenseOperator {
  /// Reads everything again that may have changed: at the start and on SIGHUP also the endorsement folders, which are
  /// too
  /// many files to look at each second.
  func reload() async {
    var folders = EndorsementFolders(settings.endorsement)
    do throws(OperatorError) {
      let (anchors, revocation) = try folders.read()
      files.complaints[.unreadable(.endorsement)] = nil
      if folders.report.hasErrors {
        complain(.faulty(.endorsement), folders.report.sorted.map(\.description))
      } else {
        files.complaints[.faulty(.endorsement)] = nil
        verifier = AttestationVerifier(anchors: anchors)
        endorsementRevocation = revocation
        event(.reloaded, "the endorsement folders were read")
      }
    } catch {
      complain(.unreadable(.endorsement), [error.description])
    }
    await reloadChanged()
  }

  /// Reads everything for the first time; what is wrong with it, each finding by itself.
  func start() async -> [String] {
    guard files.startFaults != nil else { return [] }
    await reload()
    defer { files.startFaults = nil }
    return files.startFaults ?? []
  }

  /// Looks at the folders that change while we run.
  func reloadChanged() async {
    await reloadOrganisations()
    reloadConsent()
    await reloadConfiguration()
  }

  private func reloadOrganisations() async {
    do throws(OperatorError) {
      let changed = try organisations.reload()
      files.complaints[.unreadable(.organisations)] = nil
      guard let report = changed else { return }
      guard !report.hasErrors else {
        complain(.faulty(.organisations), report.sorted.map(\.description))
        return
      }
      files.complaints[.faulty(.organisations)] = nil
      let current = organisations.current
      let names = current.all.map(\.name).sorted().joined(separator: ", ")
      let warnings = report.sorted.map { "; \($0)" }.joined()
      event(.reloaded, "the organisations are \(names)\(warnings)")
      endRevoked(current)
    } catch {
      complain(.unreadable(.organisations), [error.description])
    }
  }

  /// Ends the sessions of those who were taken off. A certificate that runs out ends none: then one clock that is wrong would end
  /// them all.
  private func endRevoked(_ current: Organisations) {
    for (id, session) in sessions where session.phase != .over {
      if let refusal = current.refusal(of: session.peer) { refuse(id, refusal) }
    }
  }

  private func reloadConsent() {
    guard let path = settings.consent else { return }
    do throws(OperatorError) {
      let bytes = try OperatorFile.contents(ifThere: path)
      files.complaints[.unreadable(.consent)] = nil
      guard bytes != files.consentBytes else { return }
      files.consentBytes = bytes
      var reader = ConsentReader()
      let consent = reader.read(bytes ?? [])
      var report = Report()
      report.add(contentsOf: reader.report, in: path)
      if report.hasErrors {
        complain(.faulty(.consent), report.sorted.map(\.description))
      } else {
        files.complaints[.faulty(.consent)] = nil
        files.consent = consent
        event(.reloaded, "the consent file was read")
      }
    } catch {
      complain(.unreadable(.consent), [error.description])
    }
  }

  private func reloadConfiguration() async {
    // While one change is being saved the next one waits for the next look.
    guard !files.isTakingConfiguration else { return }
    guard let path = settings.configuration else {
      // Without a folder nothing is wanted.
      if files.wanted == nil { await take([:]) }
      return
    }
    let source = ConfigurationFolder(path: path)
    do throws(OperatorError) {
      let stamp = try source.folder.stamp()
      let changed: ConfigurationFolder.Contents? = try stamp == files.configuration ? nil : source.read(stamp)
      files.complaints[.unreadable(.configuration)] = nil
      guard let contents = changed else { return }
      for fault in contents.faults where !files.configurationFaults.contains(fault) {
        event(.configurationFault, fault)
      }
      files.configurationFaults = Set(contents.faults)
      files.configuration = stamp
      await take(contents.bodies)
    } catch {
      complain(.unreadable(.configuration), [error.description])
    }
  }

  /// Says which revocation lists have run out, each once.
  func lookAtRevocationLists() {
    let now = date.seconds
    let endorsement = endorsementRevocation.lists.runOut(at: now)
    let organisations = organisations.current.all.flatMap { $0.revocationLists.runOut(at: now) }
    for list in endorsement where !files.runOutLists.contains(list) {
      event(
        .revocationListExpired,
        runOut(list) + "the endorsement keys that it names stay refused, and which were revoked since is not known. "
          + "Put a newer one into the endorsement folder, and send SIGHUP.")
    }
    for list in organisations where !files.runOutLists.contains(list) {
      event(
        .revocationListExpired,
        runOut(list) + "no node of that issuer can connect until a newer one is in the folder with the organisations.")
    }
    files.runOutLists = Set(endorsement + organisations)
  }

  private func runOut(_ list: RevocationList) -> String {
    "The revocation list of \(list.issuerCommonName) ran out at "
      + "\(ServerTime(since1970: .seconds(list.nextUpdate)).words): "
  }

  /// Says what is wrong with a file or folder, once for as long as it stays so.
  private func complain(_ complaint: OperatorFiles.Complaint, _ findings: [String]) {
    files.startFaults?.append(contentsOf: findings)
    let words = findings.joined(separator: "; ")
    guard files.startFaults == nil, files.complaints[complaint] != words else { return }
    files.complaints[complaint] = words
    event(.reloadFailed, words + "; what was read before goes on")
  }
}
