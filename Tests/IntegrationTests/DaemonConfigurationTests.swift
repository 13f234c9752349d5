import Foundation
import TestSupport
import Testing

/// Rendered configurations read by the daemons that they are for, as far as Debian has them.
@Suite("Rendered configurations and the daemons that read them")
struct DaemonConfigurationTests {
  @Test(
    "haproxy accepts its configuration",
    arguments: ["master/expected/plain", "master/expected/five-masters", "worker/expected/plain"])
  func haproxy(golden: String) throws {
    let file = SharedFolder.checkout.appendingPathComponent("images/\(golden)/etc/haproxy/haproxy.cfg").path
    let result = try Command(["/usr/sbin/haproxy", "-c", "-f", file])
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.errors.contains("[WARNING]") && !result.errors.contains("[ALERT]"), "\(result.errors)")
  }

  @Test("keepalived accepts its configuration where it holds the address")
  func keepalived() throws {
    let work = try TemporaryFolder()
    for role in ["master", "worker"] {
      var text = try String(
        decoding: Data(contentsOf: SharedFolder.checkout.appendingPathComponent("images/\(role)/image.yaml")),
        as: UTF8.self)
      text = text.replacingOccurrences(of: "addressHolder: kube-vip", with: "addressHolder: keepalived")
      let digest = String(repeating: "0123456789abcdef", count: 4)
      text = text.replacingOccurrences(
        of: "components:\n",
        with: role == "master"
          ? "components:\n  keepalived:\n    version: 2.3.1\n    image: quay.io/example/keepalived:2.3.1@sha256:\(digest)\n"
          : "components:\n")
      try work.write(text, to: "images/\(role)/image.yaml")
    }
    let build = try Command([
      BuiltProgram.path("ll-bootimage"), "build", "--cluster", "clusters/example.yaml",
      "--images",
      work.url.appendingPathComponent("images").path, "--out", work.url.appendingPathComponent("out").path,
    ])
    try #require(build.status == 0, "\(build.errors)")
    for master in 1...3 {
      let unpacked = work.url.appendingPathComponent("master-\(master)").path
      _ = try Command([
        "scripts/unpack-config", work.url.appendingPathComponent("out/master-\(master).ign").path, unpacked,
      ])
      // The interface has to exist where keepalived reads this: a network namespace of the test's own has it.
      let script = "ip link add enp1s0 type veth && exec /usr/sbin/keepalived --config-test --use-file \"$1\""
      let result = try Command([
        "unshare", "--net", "sh", "-ec", script, "sh", "\(unpacked)/etc/keepalived/keepalived.conf",
      ])
      // The script's own path exists on a node only; everything else must be silent.
      let said = result.errors.split(separator: "\n").filter {
        !$0.contains("/etc/keepalived/readyz") && !$0.contains("Disabling track script")
      }
      #expect(said.isEmpty, "\(said)")
    }
  }
}
