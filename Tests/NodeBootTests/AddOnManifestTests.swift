import Diagnostics
import Foundation
import NodeBoot
import TestSupport
import Testing

@Suite("The manifest of addons")
struct AddOnManifestTests {
  func parse(_ text: String) -> (AddOnManifest?, [String]) {
    var report = Report()
    let manifest = AddOnManifest(parsing: Array(text.utf8), report: &report)
    return (manifest, report.sorted.map(\.description))
  }

  @Test("what the example master gets is read in order")
  func example() throws {
    let url = SharedFolder.checkout.appendingPathComponent("images/master/expected/plain/etc/ll-node/addons.conf")
    let (manifest, findings) = parse(try String(contentsOf: url, encoding: .utf8))
    #expect(findings.isEmpty)
    #expect(manifest?.kubeconfig == "/etc/kubernetes/admin.kubeconfig")
    #expect(manifest?.kubectl == "/usr/local/bin/kubectl")
    #expect(manifest?.stateDirectory == "/var/lib/ll/addons")
    #expect(manifest?.addOns.map(\.name) == ["rbac", "cilium", "coredns"])
    #expect(manifest?.nodeLabels.map(\.node) == ["master-1", "master-2", "master-3", "worker-1", "worker-2"])
    #expect(manifest?.nodeLabels.first?.labels == ["node-role.kubernetes.io/control-plane": ""])
  }

  static let head = "[AddOns]\nKubeconfig=/k\nKubectl=/kubectl\nStateDirectory=/s\n"
  static let sound = head + "[Manifest]\nPath=/a/rbac.yaml\n"

  @Test(
    "everything that is not as it should be is an error with its line and column",
    arguments: [
      (sound + "Mode=x\n", ["7:1: error: unknown key Mode= in [Manifest]"]),
      (sound + "Path=/b.yaml\n", ["7:1: error: Path= a second time in the same section"]),
      (sound + "nonsense\n", ["7:1: error: no `=` in the line, so it is ignored"]),
      (sound + "[Manifests]\n", ["7:1: error: unknown section [Manifests]"]),
      (sound + "[Manifest]\nPath=b.yaml\n", ["8:1: error: Path= is not an absolute path: \"b.yaml\""]),
      (sound + "[Manifest]\nPath=/b/rbac.yml\n", ["7:1: error: a second add-on called rbac"]),
      (
        sound + "[Manifest]\nPath=/b/a b.yml\n",
        [
          "7:1: error: \"a b\" is no name for an add-on: letters, digits, `-`, `_` and `.` only"
        ]
      ),
      (sound + head, ["7:1: error: a second [AddOns] section"]),
      (
        sound + "[Cilium]\nProgram=\nChart=/c\n",
        [
          "7:1: error: [Cilium] without ChartDirectory=", "7:1: error: [Cilium] without Values=",
          "7:1: error: [Cilium] without Version=", "8:1: error: Program= is empty",
          "9:1: error: unknown key Chart= in [Cilium]",
        ]
      ),
      (
        sound + "[NodeLabels]\nNode=Master_1\nLabel=a=b\nLabel=a=c\nLabel=/x=\nLabel=plain\nLabel=a/b=-c\n",
        [
          "8:1: error: \"Master_1\" is no node's name", "10:1: error: the label a a second time",
          "11:1: error: Label= is not key=value: \"/x=\"", "12:1: error: Label= is not key=value: \"plain\"",
          "13:1: error: Label= is not key=value: \"a/b=-c\"",
        ]
      ),
      (
        sound + "[NodeLabels]\nNode=n\nLabel=a=b\n[NodeLabels]\nNode=n\n",
        ["10:1: error: [NodeLabels] without Label=", "10:1: error: a second [NodeLabels] section for n"]
      ),
      ("[Manifest]\nPath=/a.yaml\n", ["1:1: error: no [AddOns] section"]),
      (head, ["1:1: error: no [Manifest], [Cilium] or [NodeLabels] section: there is nothing to apply"]),
      (
        "",
        [
          "1:1: error: no [AddOns] section",
          "1:1: error: no [Manifest], [Cilium] or [NodeLabels] section: there is nothing to apply",
        ]
      ),
    ])
  func errors(text: String, expected: [String]) {
    #expect(parse(text).1 == expected)
  }
}
