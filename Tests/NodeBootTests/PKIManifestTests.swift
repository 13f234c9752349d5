import Diagnostics
import NodeBoot
import Testing

@Suite("The manifest of pki-ready")
struct PKIManifestTests {
  func parse(_ text: String) -> (PKIManifest, [String]) {
    var report = Report()
    let manifest = PKIManifest(parsing: Array(text.utf8), report: &report)
    return (manifest, report.sorted.map(\.description))
  }

  @Test("sections are read in order, each with its own keys")
  func sections() {
    let (manifest, findings) = parse(
      """
      # what this node needs
      [Certificate]
      Name=kubelet-client
      Path=/a.pem
      Anchor=/anchor.pem
      Usage=client
      CommonName=system:node:worker-1

      [Secret]
      Path=/sa.key

      [Certificate]
      Name=kubelet-server
      Path=/b.pem
      Anchor=/anchor.pem
      Usage=server
      DNSName=worker-1
      DNSName=worker-1.example.test
      IPAddress=10.0.0.11
      IPAddress=fd00::11
      """)
    #expect(findings.isEmpty)
    var client = PKIManifest.Certificate(name: "kubelet-client", path: "/a.pem", anchor: "/anchor.pem", usage: .client)
    client.commonName = "system:node:worker-1"
    var server = PKIManifest.Certificate(name: "kubelet-server", path: "/b.pem", anchor: "/anchor.pem", usage: .server)
    server.dnsNames = ["worker-1", "worker-1.example.test"]
    server.ipAddresses = ["10.0.0.11", "fd00::11"].compactMap { IPAddress($0) }
    #expect(manifest == PKIManifest(certificates: [client, server], secrets: [.init(path: "/sa.key")]))
  }

  static let sound = "[Certificate]\nName=a\nPath=/a\nAnchor=/b\nUsage=both\n"

  @Test(
    "everything that is not as it should be is an error with its line and column",
    arguments: [
      (sound + "Expires=never\n", ["6:1: error: unknown key Expires= in [Certificate]"]),
      (sound + "  name=b\n", ["6:3: error: unknown key name= in [Certificate]"]),
      (sound + "Path=/c\n", ["6:1: error: Path= a second time in the same section"]),
      (sound + "DNSName=\n", ["6:1: error: DNSName= is empty"]),
      (sound + "IPAddress=10.0.0.256\n", ["6:1: error: \"10.0.0.256\" is not an IP address"]),
      (sound + "nonsense\n", ["6:1: error: no `=` in the line, so it is ignored"]),
      (sound + sound, ["6:1: error: a second certificate called a"]),
      (sound + "[Secrets]\nPath=/c\n", ["6:1: error: unknown section [Secrets]"]),
      (
        sound + "[Secret]\nName=x\n",
        ["6:1: error: [Secret] without Path=", "7:1: error: unknown key Name= in [Secret]"]
      ),
      (sound + "[Secret]\nPath=sa.key\n", ["7:1: error: Path= is not an absolute path: \"sa.key\""]),
      (
        "[Certificate]\nUsage=servers\n",
        [
          "1:1: error: [Certificate] without Anchor=", "1:1: error: [Certificate] without Name=",
          "1:1: error: [Certificate] without Path=",
          "2:1: error: Usage= is one of client, server, both, not \"servers\"",
        ]
      ), ("", ["1:1: error: no section: there is nothing to wait for"]),
    ])
  func errors(text: String, expected: [String]) {
    #expect(parse(text).1 == expected)
  }
}
