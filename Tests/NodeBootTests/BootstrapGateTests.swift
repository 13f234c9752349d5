import Foundation
import Glibc
import NodeBoot
import TestSupport
import Testing

@Suite("Bootstrap: the gate before self-initialisation")
struct BootstrapGateTests {
  enum Content: CaseIterable { case none, begun, unconfirmed, confirmed, both, unknown, confirmedWithout }
  enum Peers: CaseIterable { case one, none, absent }

  private func node(_ data: Content) throws -> BootstrapNode {
    let node = try BootstrapNode()
    if [.begun, .unconfirmed, .both].contains(data) { try node.mark("ll-unconfirmed") }
    if [.confirmed, .both, .confirmedWithout].contains(data) { try node.mark("ll-confirmed") }
    if [.unconfirmed, .confirmed, .both, .unknown].contains(data) { try node.addData() }
    return node
  }

  private func verdict(_ peers: Peers) -> BootstrapPeers.Verdict {
    switch peers {
    case .one: .initialised(name: "m2", status: 429)
    case .none: .uninitialised(2, absent: [])
    case .absent: .uninitialised(1, absent: ["m3"])
    }
  }

  @Test("every data, TPM and peers: allowed only where nothing speaks of a cluster, wiped only what is unconfirmed")
  func everything() throws {
    for data in Content.allCases {
      for isSet in [false, true] {
        for peers in Peers.allCases {
          let node = try node(data)
          let before = try node.names()
          let index = FakeIndex(isSet ? "2026-11-21T00:00:00Z" : nil)
          let gate = node.gate(index)
          var decision = try gate.open()
          #expect(!node.isAllowed)
          let isConfirmed = data == .confirmed || data == .both
          // Written out, not worked out: the table of docs/boot-chain.md.
          #expect((decision != nil) == (isConfirmed || isSet), "\(data) \(isSet)")
          #expect(index.asked == (isConfirmed ? 0 : 1))
          if decision == nil { decision = try gate.decide(verdict(peers)) }
          let isAllowed = !isConfirmed && !isSet && peers != .one
          #expect(decision?.isAllowed == isAllowed, "\(data) \(isSet) \(peers)")
          #expect(node.isAllowed == isAllowed)
          #expect(try node.folder.text("run/decided") == "\(try #require(decision))\n")
          #expect(try node.names("run") == (isAllowed ? ["decided", "self-init.hcl"] : ["decided"]))
          let after = try node.names()
          if isSet || isConfirmed {
            #expect(after == before)
          } else if [.none, .begun, .confirmedWithout].contains(data) || data == .unconfirmed && isAllowed {
            #expect(after == ["ll-unconfirmed"])
          } else {
            #expect(after == before)
          }
        }
      }
    }
  }

  @Test("the decision says why, and what a person can do")
  func words() throws {
    let node = try node(.unconfirmed)
    let gate = node.gate()
    #expect(try gate.open() == nil)
    #expect(
      try gate.decide(.uninitialised(1, absent: ["m3"])).description
        == "allowed: 1 of 2 peers say that they are not initialised; without m3, which a person declared absent; "
        + "an earlier start never came to work, its data is deleted: \(node.data)/vault.db, \(node.data)/raft")
    #expect(
      try node.gate(FakeIndex("2026-11-21T00:00:00Z")).open()?.description
        == "withheld: this TPM remembers that its node was part of a cluster (2026-11-21T00:00:00Z): it joins its peers "
        + "and initialises nothing. Only if that cluster is gone for good: ll-tpm initialised clear; systemctl restart openbao"
    )
  }

  @Test("what an earlier start was given is gone before anything else, whatever fails then")
  func withholding() throws {
    let node = try BootstrapNode()
    for name in ["self-init.hcl", "self-init.hcl.new", "decided", "decided.new"] {
      try node.folder.write(BootstrapNode.requests, to: "run/\(name)")
    }
    try FileManager.default.removeItem(atPath: node.path("stanza.hcl"))
    #expect(throws: BootstrapFault.self) { try node.gate().open() }
    #expect(try node.names("run") == [])
  }

  @Test("a stanza that is missing or empty, a data folder that is missing, a file or a link: nothing is decided")
  func faults() throws {
    let cases: [(String, (BootstrapNode) throws -> Void)] = [
      (
        "stanza.hcl: cannot be read: No such file",
        { try FileManager.default.removeItem(atPath: $0.path("stanza.hcl")) }
      ),
      ("stanza.hcl: empty", { try $0.folder.write("", to: "stanza.hcl") }),
      (
        "stanza.hcl: not a regular file",
        {
          try FileManager.default.removeItem(atPath: $0.path("stanza.hcl"))
          mkfifo($0.path("stanza.hcl"), 0o600)
        }
      ),
      ("cannot open", { try FileManager.default.removeItem(atPath: $0.data) }),
      (
        "cannot open",
        {
          try FileManager.default.removeItem(atPath: $0.data)
          try $0.folder.write("", to: "data")
        }
      ),
      (
        "cannot open",
        {
          try FileManager.default.removeItem(atPath: $0.data)
          try FileManager.default.createSymbolicLink(atPath: $0.data, withDestinationPath: $0.path("outside"))
        }
      ),
      (
        "ll-unconfirmed is no regular file",
        {
          try FileManager.default.createSymbolicLink(
            atPath: $0.path("data/ll-unconfirmed"), withDestinationPath: $0.path("outside/file"))
        }
      ),
      ("ll-confirmed is no regular file", { try $0.folder.write("", to: "data/ll-confirmed/x") }),
      ("cannot delete", { try $0.folder.write("", to: "run/self-init.hcl/x") }),
    ]
    for (words, prepare) in cases {
      let node = try BootstrapNode()
      try prepare(node)
      let fault = #expect(throws: BootstrapFault.self) { try node.gate().open() }
      #expect(fault?.description.contains(words) == true, "\(words): \(String(describing: fault))")
      #expect(!node.isAllowed)
      #expect(try node.folder.text("outside/file") == "precious")
    }
  }

  @Test("links where OpenBao reads are replaced, not written through")
  func linksInTheWay() throws {
    let node = try BootstrapNode()
    for name in ["self-init.hcl", "self-init.hcl.new", "decided", "decided.new"] {
      try FileManager.default.createSymbolicLink(
        atPath: node.path("run/\(name)"), withDestinationPath: node.path("outside/file"))
    }
    let gate = node.gate()
    #expect(try gate.open() == nil)
    #expect(try gate.decide(.uninitialised(0, absent: [])).isAllowed)
    #expect(node.isAllowed)
    #expect(try node.folder.text("outside/file") == "precious")
  }

  // MARK: The wipe

  @Test("the wipe deletes links, not what they lead to, whatever its name; and leaves what is not OpenBao's")
  func wipe() throws {
    let node = try node(.begun)
    let files = FileManager.default
    for name in ["data/raft/a/b/c", "data/lost+found", "outside/deep"] {
      try files.createDirectory(atPath: node.path(name), withIntermediateDirectories: true)
    }
    try node.folder.write("precious", to: "outside/deep/file")
    try node.folder.write("mine", to: "data/backup.snap")
    for (name, target) in [
      ("data/vault.db", "outside/file"), ("data/raft/raft.db", "outside/file"), ("data/raft/a/up", "../../../.."),
      ("data/raft/deep", "outside/deep"), ("data/raft/a/root", "/"), ("data/raft/a/b/nowhere", "nowhere"),
    ] {
      let destination = target.hasPrefix("outside") ? node.path(target) : target
      try files.createSymbolicLink(atPath: node.path(name), withDestinationPath: destination)
    }
    try files.linkItem(atPath: node.path("outside/file"), toPath: node.path("data/raft/hard"))
    #expect(mkfifo(node.path("data/raft/fifo"), 0o600) == 0)
    // No text at all.
    let name = "\(node.path("data/raft"))/".utf8.map { CChar(bitPattern: $0) } + [-1, 10, 0]
    let odd = open(name, O_CREAT | O_WRONLY, 0o600)
    #expect(odd >= 0)
    close(odd)
    let gate = node.gate()
    #expect(try gate.open() == nil)
    #expect(try gate.decide(.uninitialised(2, absent: [])).isAllowed)
    #expect(try node.names() == ["backup.snap", "ll-unconfirmed", "lost+found"])
    #expect(try node.names("outside") == ["deep", "deep/file", "file"])
    #expect(try node.folder.text("outside/file") == "precious")
  }

  @Test("raft itself may be a link: it goes, and what it leads to stays")
  func linkedRaft() throws {
    let node = try node(.begun)
    try node.folder.write("log", to: "outside/raft.db")
    try FileManager.default.createSymbolicLink(
      atPath: node.path("data/raft"), withDestinationPath: node.path("outside"))
    let gate = node.gate()
    #expect(try gate.open() == nil)
    #expect(try gate.decide(.uninitialised(2, absent: [])).isAllowed)
    #expect(try node.names() == ["ll-unconfirmed"])
    #expect(try node.names("outside") == ["file", "raft.db"])
  }

  @Test(
    "data that a running OpenBao has open is not wiped, and nothing is allowed",
    arguments: ["vault.db", "raft/raft.db"])
  func inUse(name: String) throws {
    let node = try node(.unconfirmed)
    let before = try node.names()
    let number = open(node.path("data/\(name)"), O_RDWR | O_CLOEXEC)
    #expect(flock(number, LOCK_EX) == 0)
    let gate = node.gate()
    #expect(try gate.open() == nil)
    let fault = #expect(throws: BootstrapFault.self) { try gate.decide(.uninitialised(2, absent: [])) }
    #expect(fault?.description == "\(node.data) has to be wiped, and a running OpenBao has it open")
    #expect(try node.names() == before)
    #expect(!node.isAllowed)
    // Another test's child may have inherited the descriptor for a moment: closing ours would not end the lock.
    #expect(flock(number, LOCK_UN) == 0)
    close(number)
    #expect(try gate.decide(.uninitialised(2, absent: [])).isAllowed)
  }

  @Test("folders deeper than OpenBao makes them end the wipe with a fault, not the process")
  func deep() throws {
    let node = try node(.begun)
    let deep = (["data/raft"] + (0..<200).map { "\($0)" }).joined(separator: "/")
    try FileManager.default.createDirectory(atPath: node.path(deep), withIntermediateDirectories: true)
    let gate = node.gate()
    #expect(try gate.open() == nil)
    #expect(throws: BootstrapFault.self) { try gate.decide(.uninitialised(0, absent: [])) }
    #expect(!node.isAllowed)
  }

  // MARK: Confirming

  @Test("confirming: the data is never wiped again, and the TPM remembers; doing so twice changes nothing")
  func confirming() throws {
    for data in [Content.unconfirmed, .unknown, .confirmed, .both] {
      let node = try node(data)
      let index = FakeIndex()
      #expect(try !BootstrapGate.isConfirmed(data: node.data, index: index))
      for _ in 0..<2 {
        try BootstrapGate.confirm(data: node.data, index: index)
        #expect(try BootstrapGate.isConfirmed(data: node.data, index: index))
        #expect(try index.time() != nil)
      }
      #expect(try node.names().contains("ll-confirmed"))
      #expect(try node.gate().open() == .withheld(.dataInUse(folder: node.data)))
    }
  }

  @Test("an empty folder is not confirmed: OpenBao's data is somewhere else")
  func confirmingNothing() throws {
    let node = try node(.begun)
    let index = FakeIndex()
    #expect(throws: BootstrapFault.self) { try BootstrapGate.confirm(data: node.data, index: index) }
    #expect(try index.time() == nil)
    #expect(try node.names() == ["ll-unconfirmed"])
  }

  @Test("confirmed data that was deleted by hand vouches for nothing new")
  func deletedByHand() throws {
    let node = try node(.confirmed)
    for name in ["vault.db", "raft"] { try FileManager.default.removeItem(atPath: node.path("data/\(name)")) }
    let gate = node.gate()
    #expect(try gate.open() == nil)
    #expect(try gate.decide(.uninitialised(2, absent: [])).isAllowed)
    #expect(try node.names() == ["ll-unconfirmed"])
  }
}
