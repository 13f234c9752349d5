import Foundation
import TestSupport
import Testing

extension LicenseFaultTests {
  @Test(
    "an enrolment that is killed at any step: the next one ends with one key and its certificate, and nothing else",
    .enabled(if: LicenseKill.isPossible))
  static func killedEnrolment() async throws {
    try await withNetwork { network in
      let tpms = SoftwareTPM.isInstalled ? [true, false] : [false]
      let kept = Notes()
      for hasTPM in tpms {
        // One TPM for all of them, one after the other: swtpm has one connection.
        let tpm = hasTPM ? try SoftwareTPM() : nil
        let kind = hasTPM ? "tpm" : "file"
        let program = LicenseNetwork.asRoot
        let calm = try network.node("calm-\(kind)", operatorAt: 1, tcti: tpm?.tcti)
        let log = network.path("\(kind).calls")
        let recorded = try Command(
          program + (try LicenseKill.recording(log)) + [
            BuiltProgram.path("ll-agent"), "enroll", "--config", calm.settings,
          ])
        try LicenseUnmet.unless(recorded.status == 0, recorded.errors)
        let moments = try LicenseKill.moments(log)
        // A key, its second name, a certificate: each written beside, made durable, put in place, the folder made durable.
        try LicenseUnmet.unless(moments.count >= 3 + 6 + 4, "\(moments)")
        let cells = moments.enumerated().map { index, moment in
          Cell("\(kind): \(moment)") {
            let node = try network.node("\(kind)-\(index)", operatorAt: 1, tcti: tpm?.tcti)
            let killed = try Command(
              program + (try moment.wrapper) + [BuiltProgram.path("ll-agent"), "enroll", "--config", node.settings])
            try LicenseUnmet.unless(killed.status == 137, "status \(killed.status): \(killed.errors)")
            try node.enroll()
            let key = node.files.filter { $0.hasPrefix("key-") }
            try LicenseUnmet.unless(
              key.count == 1 && node.files == (key + ["next.pem"]).sorted(), "it left \(node.files)")
            kept.add(node.nodeName, key[0])
          }
        }
        try check(cells, width: hasTPM ? 1 : 6)
      }
      // Whatever OpenBao has signed for a node is for the key that it has.
      let certified = try network.certified()
      try LicenseUnmet.unless(kept.all.count >= 13 * tpms.count, "\(kept.all)")
      for (node, key) in kept.all {
        let names = certified[node]?.map { "key-\($0.prefix(32)).pem" }
        try LicenseUnmet.unless(names == [key], "\(node): OpenBao signed for \(names ?? []), and it has \(key)")
      }
    }
  }

  @Test(
    "a renewal that is killed at any step: the agent is licensed again, with one certificate, and taken for no clone",
    .enabled(if: LicenseKill.isPossible))
  static func killedRenewal() async throws {
    try await withNetwork { network in
      try network.makeAgedRole()
      let judge = try network.licenseOperator("operator")
      try judge.start()
      /// A node whose certificate's half life is long over.
      let due = { @Sendable (name: String) throws -> LicenseNode in
        let node = try network.node(name, operatorAt: judge.port, role: "aged")
        try node.enroll()
        return try network.node(name, operatorAt: judge.port)
      }
      let isRenewed = { @Sendable (node: LicenseNode) throws -> Bool in
        let files = node.files
        return node.standing == "licensed" && files.count == 3 && files[0] == "current.pem"
          && files[1].hasPrefix("key-") && files[2] == "state" && node.said.contains("a certificate was issued")
      }
      let hits = Notes()
      let calm = try due("calm")
      let log = network.path("renewal.calls")
      try calm.start(try LicenseKill.recording(log))
      try LicenseUnmet.within(90, "it renews its certificate: \(calm.files) \(calm.said)") { try isRenewed(calm) }
      calm.end()
      let moments = try LicenseKill.moments(log)
      try LicenseUnmet.unless(moments.count >= 30, "\(moments)")
      let cells = moments.enumerated().map { index, moment in
        Cell("\(moment)") {
          let node = try due("node-\(index)")
          let killed = try node.start(try moment.wrapper)
          // Not every run makes as many calls.
          try LicenseUnmet.within(90, "it is killed, or done: \(node.said)") {
            try killed.status != nil || isRenewed(node)
          }
          if killed.status == 137 { hits.add("\(moment)") }
          node.end()
          let left = node.files
          try node.start()
          try node.await("licensed")
          // A renewal that was not done is done now, in half a minute at most.
          try LicenseUnmet.within(
            60, "one certificate, which is not due: it left \(left), has \(node.files): \(node.said)"
          ) {
            let renewal = (try node.status()["certificate"] as? [String: Any])?["renewal"] as? Double ?? 0
            return node.files.count == 3 && node.files[0] == "current.pem" && renewal > Date().timeIntervalSince1970
          }
          // Another certificate is another session, and on a busy machine that takes a while.
          try LicenseUnmet.within(60, "it is licensed: \(node.said)") { try node.isLicensed() }
          for kind in ["clone-suspected", "fenced"] {
            try LicenseUnmet.unless(judge.events(kind, node).isEmpty, "\(judge.events(kind, node)): it left \(left)")
          }
          node.end()
        }
      }
      try check(cells, width: 12)
      try LicenseUnmet.unless(hits.all.count >= moments.count * 3 / 4, "killed only at \(hits.all.keys.sorted())")
      try LicenseUnmet.unless(try judge.seats().count == cells.count + 1, "\(try judge.seats())")
    }
  }

  @Test(
    "an operator that is killed at any of its saves: every agent is licensed again, none is taken for a clone",
    .enabled(if: LicenseKill.isPossible))
  static func killedOperator() async throws {
    try await withNetwork { network in
      let names = ["one", "two"]
      // Against each of the operators they are the same nodes.
      let enrolled = try names.map { name in
        let node = try network.node(name, operatorAt: 1)
        try node.enroll()
        return node
      }
      let nodes = { @Sendable (judge: LicenseOperatorProgram, suffix: String) throws -> [LicenseNode] in
        try zip(names, enrolled).map { name, original in
          let node = try network.node("\(name)-\(suffix)", operatorAt: judge.port, twin: name)
          for file in original.files {
            try FileManager.default.copyItem(atPath: "\(original.state)/\(file)", toPath: "\(node.state)/\(file)")
          }
          return node
        }
      }
      let log = network.path("operator.calls")
      let calm = try network.licenseOperator("calm")
      try calm.start(try LicenseKill.recording(log))
      let first = try nodes(calm, "calm")
      for node in first { try node.start() }
      for node in first { try node.await("licensed") }
      // Their first heartbeats, and what is noted of their leases.
      Thread.sleep(forTimeInterval: 4)
      for node in first { node.end() }
      calm.end()
      let moments = try LicenseKill.moments(log)
      try LicenseUnmet.unless(moments.count >= 12, "\(moments)")
      let hits = Notes()
      let cells = moments.enumerated().map { index, moment in
        Cell("\(moment)") {
          let judge = try network.licenseOperator("operator-\(index)")
          let mine = try nodes(judge, "\(index)")
          for node in mine { try node.start() }
          // First they take their seats, then they come back to them.
          for isReturn in [false, true] {
            if isReturn { judge.end() }
            let program = try judge.start(try moment.wrapper)
            let deadline = Date(timeIntervalSinceNow: 40)
            var quietSince: Date?
            while program.status == nil, Date() < deadline {
              let isQuiet = mine.allSatisfy { $0.standing == "licensed" } && judge.events("licensed").count >= 2
              quietSince = isQuiet ? quietSince ?? Date() : nil
              if let quietSince, Date().timeIntervalSince(quietSince) > (isReturn ? 8 : 5) { break }
              usleep(50_000)
            }
            if program.status != nil { hits.add("\(moment) \(isReturn)") }
            judge.end()
            if FileManager.default.fileExists(atPath: judge.state) { _ = try judge.seats() }
            try judge.start()
            for node in mine {
              try LicenseUnmet.within(90, "licensed again: \(node.said)\n\(judge.said)") {
                try node.standing == "licensed" && node.status()["connection"] as? String == "connected"
              }
            }
            let seats = try judge.seats()
            try LicenseUnmet.unless(seats.count == 2, "\(seats)")
            for node in mine {
              let epochs = (try node.status()["epoch"] as? Int, seats[node.nodeName]?["epoch"] as? Int)
              try LicenseUnmet.unless(epochs.0 == epochs.1, "\(node.nodeName): epochs \(epochs)")
            }
            for kind in ["clone-suspected", "fenced", "state-not-saved"] {
              try LicenseUnmet.unless(judge.events(kind).isEmpty, "\(kind): \(judge.said)")
            }
          }
          let left = { try FileManager.default.contentsOfDirectory(atPath: judge.stateFolder).sorted() }
          // It may be at a save.
          try LicenseUnmet.within(20, "it left \((try? left()) ?? [])") {
            try left() == ["keys", "state.json", "state.json.grant-key", "state.json.lock"]
          }
          for node in mine { node.end() }
          judge.end()
        }
      }
      try check(cells, width: 6)
      try LicenseUnmet.unless(hits.all.count >= moments.count, "killed only at \(hits.all.keys.sorted())")
    }
  }

  /// What the rows of a table found out, each by its name.
  private final class Notes: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [String: String] = [:]
    var all: [String: String] { lock.withLock { found } }
    func add(_ name: String, _ value: String = "") { lock.withLock { found[name] = value } }
  }
}

extension LicenseNetwork {
  /// A role `aged`, whose certificates' half life was over when they were issued.
  func makeAgedRole() throws {
    try administer(
      "POST", "pki-org-acme/roles/aged",
      """
      {"key_type": "ec", "key_bits": 256, "allowed_domains": ["acme.example"], "allow_subdomains": true,
      "allow_localhost": false, "allow_ip_sans": false, "allowed_uri_sans": ["*"], "server_flag": false,
      "client_flag": true, "use_csr_common_name": true, "use_csr_sans": true, "key_usage": ["DigitalSignature"],
      "ttl": "24h", "max_ttl": "720h", "not_before_duration": "48h"}
      """)
    try administer(
      "POST", "sys/policies/acl/agent-acme",
      #"{"policy": "path \"pki-org-acme/sign/*\" { capabilities = [\"update\"] }"}"#)
  }

  /// SHA-256 of each key that OpenBao's double has signed a certificate for, in hexadecimal, by the node's name.
  func certified() throws -> [String: Set<String>] {
    func data(_ path: String) throws -> [String: Any] {
      let object = try JSONSerialization.jsonObject(with: Data(try administer("GET", path).utf8)) as? [String: Any]
      return object?["data"] as? [String: Any] ?? [:]
    }
    let script = """
      cat > "$1"; openssl x509 -in "$1" -noout -subject -nameopt multiline | tail -n 1 | sed 's/.*= //'
      openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der | sha256sum | cut -d ' ' -f 1
      """
    var digests: [String: Set<String>] = [:]
    for serial in try data("pki-org-acme/certs?list=true")["keys"] as? [String] ?? [] {
      let text = try data("pki-org-acme/cert/\(serial)")["certificate"] as? String ?? ""
      let shown = try Command(
        ["sh", "-c", script, "sh", path("certified-\(UUID().uuidString).pem")], input: Data(text.utf8))
      let lines = shown.output.split(separator: "\n").map(String.init)
      if lines.count == 2 { digests[lines[0], default: []].insert(lines[1]) }
    }
    return digests
  }
}
