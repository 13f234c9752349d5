import Diagnostics
import Foundation
import TPMUnseal
import TestSupport
import Testing

@Suite("Release manifests")
struct ReleaseManifestTests {
  private static func parse(_ text: String) -> (ReleaseManifest?, [String]) {
    var report = Report()
    let manifest = ReleaseManifest.parse(Array(text.utf8), report: &report)
    return (manifest, report.sorted.map(\.description))
  }

  private static let bundle = "[Bundle]\nBlob=/b.pem\n"

  @Test("a manifest is read with everything in it")
  func whole() {
    let (manifest, findings) = Self.parse(
      """
      # OpenBao's
      [Bundle]
      Blob=/etc/ll/sealed/openbao.pem
      AuthFile=/var/lib/ll/openbao.auth
      ReleaseKey=/etc/ll/release-key.pem

      [File]
      Name=static-seal.key
      Path=/run/ll/openbao/static-seal.key
      Owner=100:1000
      Mode=0440
      SELinuxContext=system_u:object_r:container_file_t:s0

      [File]
      Name=listener.key
      Path=/run/ll/openbao/listener.key

      """)
    #expect(findings.isEmpty)
    #expect(
      manifest
        == ReleaseManifest(
          blob: "/etc/ll/sealed/openbao.pem", authFile: "/var/lib/ll/openbao.auth",
          releaseKey: "/etc/ll/release-key.pem",
          files: [
            ReleaseManifest.File(
              name: "static-seal.key", path: "/run/ll/openbao/static-seal.key",
              access: FileAccess(
                user: 100, group: 1000, mode: 0o440, selinuxContext: "system_u:object_r:container_file_t:s0")),
            ReleaseManifest.File(name: "listener.key", path: "/run/ll/openbao/listener.key"),
          ]))
    #expect(manifest?.files.last?.access.mode == 0o400)
  }

  @Test("the manifests of the master's image are read without a finding")
  func images() throws {
    let folder = SharedFolder.checkout.appendingPathComponent("images/master/expected/bootstrap/etc/ll/release")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".conf") }
    try #require(!names.isEmpty)
    for name in names {
      var report = Report()
      let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
      let manifest = ReleaseManifest.parse(bytes, report: &report)
      #expect(manifest != nil && report.isEmpty, "\(name): \(report.sorted)")
    }
  }

  static let broken: [(text: String, findings: [String])] = [
    ("", ["1:1: error: no [Bundle] section"]),
    ("# nothing\n", ["1:1: error: no [Bundle] section"]),
    (bundle, ["1:1: error: no [File] section: there is nothing to release"]),
    ("[File]\nName=a\nPath=/a\n", ["1:1: error: no [Bundle] section"]),
    (
      bundle + "[Bundle]\nBlob=/c.pem\n[File]\nName=a\nPath=/a\n",
      ["3:1: error: a second [Bundle] section"]
    ),
    (bundle + "[Files]\nName=a\nPath=/a\n", ["3:1: error: unknown section [Files]"]),
    (
      bundle + "[File]\nName=a\nPath=/run/a\n[File]\nName=b\nPath=/run/a\n",
      ["6:1: error: a second file at /run/a"]
    ),
    (
      bundle + "[File]\nName=a\nPath=/run/a\nOwner=bao:bao\nMode=0644\n",
      [
        "6:1: error: Owner= is UID:GID in numbers, not \"bao:bao\"",
        "7:1: error: Mode= is octal and lets nobody but the owner and the group read, such as 0400, not \"0644\"",
      ]
    ),
  ]

  @Test("a broken manifest is refused with every finding", arguments: broken)
  func refused(_ text: String, _ findings: [String]) {
    let (manifest, found) = Self.parse(text)
    #expect(manifest == nil)
    #expect(found == findings)
  }

  @Test(
    "each setting that is wrong is one finding, and no manifest",
    arguments: [
      "[Bundle]\nBlob=b.pem\n[File]\nName=a\nPath=/a\n",
      "[Bundle]\n[File]\nName=a\nPath=/a\n",
      "[Bundle]\nBlob=\n[File]\nName=a\nPath=/a\n",
      "[Bundle]\nBlob=/b.pem\nBlob=/c.pem\n[File]\nName=a\nPath=/a\n",
      "[Bundle]\nBlob=/b.pem\nAuthFile=auth\n[File]\nName=a\nPath=/a\n",
      "[Bundle]\nBlob=/b.pem\nReleaseKey=key\n[File]\nName=a\nPath=/a\n",
      "[Bundle]\nBlob=/b.pem\nPin=yes\n[File]\nName=a\nPath=/a\n",
      bundle + "[File]\nPath=/a\n",
      bundle + "[File]\nName=a\n",
      bundle + "[File]\nName=a\nPath=run/a\n",
      bundle + "[File]\nName=a\nName=b\nPath=/a\n",
      bundle + "[File]\nName=a\nPath=/a\nGroup=0\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=0\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=0:\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=-1:0\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=+1:0\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=0:4294967295\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=0:4294967296\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=400x\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=0800\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=0444\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=0420\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=4400\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=0040\n",
      bundle + "[File]\nName=a\nPath=/a\nMode=40\n",
      bundle + "[File]\nName=a\nPath=/a\nOwner=\n",
      bundle + "[File]\nName=a\nPath=/run/../etc/a\n",
      bundle + "[File]\nName=a\nPath=/run//a\n",
      bundle + "[File]\nName=a\nPath=/run/a/\n",
      bundle + "nonsense\n[File]\nName=a\nPath=/a\n",
    ])
  func single(_ text: String) {
    let (manifest, findings) = Self.parse(text)
    #expect(manifest == nil)
    #expect(findings.count == 1, "\(findings)")
    #expect(findings.allSatisfy { $0.contains(": error: ") })
  }
}
