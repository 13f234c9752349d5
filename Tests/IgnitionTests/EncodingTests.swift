import Diagnostics
import Foundation
import Ignition
import Testing

@Suite("Writing a config")
struct EncodingTests {
  @Test("what is written is read again as it was, with every member of the specification set")
  func roundTrip() throws {
    var report = Report()
    let bytes = try #require(Samples.whole.encoded(for: .v36, report: &report))
    #expect(report.isEmpty)
    let result = IgnitionConfig.parse(bytes)
    #expect(result.report.findings.filter { $0.severity == .error } == [])
    #expect(result.config == Samples.whole)
    #expect(result.spec == .v36)
  }

  @Test("a second writing gives the same bytes, and ends in a newline")
  func determinism() throws {
    var report = Report()
    let first = try #require(Samples.whole.encoded(for: .v36, report: &report))
    let again = try #require(IgnitionConfig.parse(first).config?.encoded(for: .v36, report: &report))
    #expect(first == again)
    #expect(first.last == UInt8(ascii: "\n"))
    #expect(first.filter { $0 == UInt8(ascii: "\n") }.count == 1)
  }

  @Test("another JSON parser reads the same values")
  func readByFoundation() throws {
    var report = Report()
    let bytes = try #require(Samples.whole.encoded(for: .v36, report: &report))
    let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let ignition = try #require(object["ignition"] as? [String: Any])
    #expect(ignition["version"] as? String == "3.6.0")
    let storage = try #require(object["storage"] as? [String: Any])
    let file = try #require((storage["files"] as? [[String: Any]])?.first)
    #expect(file["mode"] as? Int == 0o4644)
    let passwd = try #require(object["passwd"] as? [String: Any])
    let user = try #require((passwd["users"] as? [[String: Any]])?.first)
    #expect(user["gecos"] as? String == "Core \\ User")
    #expect(user["sshAuthorizedKeys"] as? [String] == ["ssh-ed25519 A \"me\"", "ssh-ed25519 B"])
  }

  @Test("an empty config is only its version", arguments: SpecVersion.allCases)
  func empty(spec: SpecVersion) throws {
    var report = Report()
    let bytes = try #require(IgnitionConfig().encoded(for: spec, report: &report))
    #expect(String(decoding: bytes, as: UTF8.self) == "{\"ignition\":{\"version\":\"\(spec)\"}}\n")
    #expect(IgnitionConfig.parse(bytes).spec == spec)
  }

  struct Lack: Sendable, CustomTestStringConvertible {
    var path: String
    var since: SpecVersion
    var config: IgnitionConfig

    init(_ path: String, _ since: SpecVersion, _ change: (inout IgnitionConfig) -> Void) {
      self.path = path
      self.since = since
      config = IgnitionConfig()
      change(&config)
    }

    var testDescription: String { path }
  }

  // From the notes "From Version … to …" of Ignition's migration guide.
  static let lacks = [
    Lack("$.ignition.proxy", .v31) { $0.ignition.proxy.httpProxy = "http://p" },
    Lack("$.ignition.config.merge.0.compression", .v31) {
      $0.ignition.config.merge = [.init(source: "http://a", compression: "gzip")]
    },
    Lack("$.ignition.config.replace.httpHeaders", .v31) {
      $0.ignition.config.replace = .init(source: "http://a", httpHeaders: [.init(name: "A", value: "b")])
    },
    Lack("$.ignition.security.tls.certificateAuthorities.0.compression", .v31) {
      $0.ignition.security.tls.certificateAuthorities = [.init(source: "http://a", compression: "gzip")]
    },
    Lack("$.storage.files.1.contents.httpHeaders", .v31) {
      $0.storage.files = [
        .init(path: "/a"), .init(path: "/b", contents: .init(source: "http://a", httpHeaders: [.init(name: "A")])),
      ]
    },
    Lack("$.storage.files.0.contents.verification.hash", .v31) {
      $0.storage.files = [.init(path: "/a", contents: .init(source: "http://a", verification: .init(hash: "sha256-a")))]
    },
    Lack("$.storage.filesystems.0.mountOptions", .v31) {
      $0.storage.filesystems = [.init(device: "/dev/a", format: "ext4", mountOptions: ["x"])]
    },
    Lack("$.storage.luks", .v32) { $0.storage.luks = [.init(name: "a", device: "/dev/a")] },
    Lack("$.storage.disks.0.partitions.0.resize", .v32) {
      $0.storage.disks = [.init(device: "/dev/a", partitions: [.init(number: 1, resize: true)])]
    },
    Lack("$.passwd.users.0.shouldExist", .v32) { $0.passwd.users = [.init(name: "a", shouldExist: false)] },
    Lack("$.passwd.groups.0.shouldExist", .v32) { $0.passwd.groups = [.init(name: "a", shouldExist: false)] },
    Lack("$.storage.files.0.append.0.source", .v32) {
      $0.storage.files = [.init(path: "/a", append: [.init(source: "gs://b/o")])]
    },
    Lack("$.kernelArguments", .v33) { $0.kernelArguments.shouldExist = ["a"] },
    Lack("$.storage.filesystems.0.format", .v33) { $0.storage.filesystems = [.init(device: "/dev/a", format: "none")] },
    Lack("$.storage.files.0.contents.source", .v34) {
      $0.storage.files = [.init(path: "/a", contents: .init(source: "arn:aws:s3:::b/o"))]
    },
    Lack("$.storage.luks.0.discard", .v34) {
      $0.storage.luks = [.init(name: "a", device: "/dev/a", discard: true)]
    },
    Lack("$.storage.luks.0.openOptions", .v34) {
      $0.storage.luks = [.init(name: "a", device: "/dev/a", openOptions: ["x"])]
    },
    Lack("$.storage.luks.0.clevis.tang.0.advertisement", .v34) {
      let tang = IgnitionConfig.Tang(url: "http://t", thumbprint: "x", advertisement: "{}")
      $0.storage.luks = [.init(name: "a", device: "/dev/a", clevis: .init(tang: [tang]))]
    },
    Lack("$.storage.luks.0.cex", .v35) {
      $0.storage.luks = [.init(name: "a", device: "/dev/a", cex: .init(enabled: true))]
    },
    Lack("$.storage.luks.0.clevis.custom.pin", .v36) {
      $0.storage.luks = [.init(name: "a", device: "/dev/a", clevis: .init(custom: .init(pin: "pkcs11", config: "{}")))]
    },
    Lack("$.storage.files.0.mode", .v36) { $0.storage.files = [.init(path: "/a", mode: 0o4755)] },
    Lack("$.storage.directories.0.mode", .v36) { $0.storage.directories = [.init(path: "/a", mode: 0o1777)] },
  ]

  @Test("a thing that the version lacks is an error at its path and nothing is written", arguments: lacks)
  func lack(_ lack: Lack) throws {
    for spec in SpecVersion.allCases {
      var report = Report()
      let bytes = lack.config.encoded(for: spec, report: &report)
      if spec >= lack.since {
        #expect(report.isEmpty && bytes != nil, "\(spec)")
      } else {
        #expect(bytes == nil)
        let paths = report.findings.map { $0.path?.description ?? "" }
        // Where an older version lacks even what is around it, that is what is said.
        #expect(paths.count == 1 && paths.allSatisfy { lack.path.hasPrefix($0) }, "\(spec): \(paths)")
        if let before = SpecVersion.allCases.last(where: { $0 < lack.since }), spec == before {
          #expect(paths == [lack.path])
        }
      }
    }
  }
}
