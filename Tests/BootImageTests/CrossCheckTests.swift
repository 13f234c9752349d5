import BootImage
import Diagnostics
import Testing

@Suite("A cluster and its images")
struct CrossCheckTests {
  private func findings(
    cluster: [BrokenFile.Edit] = [], master: [BrokenFile.Edit]? = [], worker: [BrokenFile.Edit]? = []
  ) throws -> [String] {
    var images: [NodeRole: Document<ImageDefinition>] = [:]
    for (role, edits) in [(NodeRole.master, master), (.worker, worker)] {
      guard let edits else { continue }
      images[role] = ExampleInput.readImage(try BrokenFile("", edits, []).edited(ExampleInput.image(role)), role).image
    }
    let text = try BrokenFile("", cluster, []).edited(ExampleInput.cluster)
    let document = try #require(ExampleInput.readCluster(text).cluster)
    return crossCheck(cluster: document, images: images).sorted.map(\.description)
  }

  private func version(_ component: String, _ old: String, _ new: String) -> BrokenFile.Edit {
    .change("  \(component):\n    version: \(old)", to: "  \(component):\n    version: \(new)")
  }

  @Test("fit each other in the example")
  func example() throws { #expect(try findings() == []) }

  @Test("need an image for every role that a node has")
  func missing() throws {
    #expect(
      try findings(master: nil, worker: nil) == [
        "cluster.yaml:20:11: error: node 'master-1' needs the master image, which is missing or has errors",
        "cluster.yaml:35:11: error: node 'worker-1' needs the worker image, which is missing or has errors",
      ])
    #expect(try findings(cluster: [.cut(from: "  - name: worker-1", to: nil, with: "")], worker: nil) == [])
  }

  @Test("have no kubelet that is newer than the API server")
  func newer() throws {
    #expect(
      try findings(worker: [version("kubelet", "1.36.2", "1.36.3")]) == [
        "images/worker/image.yaml:14:14: error: kubelet 1.36.3 is newer than kube-apiserver 1.36.2 (images/master/image.yaml:36)"
      ])
  }

  @Test("have no kubelet that is more than three minor releases older than the API server")
  func older() throws {
    #expect(
      try findings(worker: [version("kubelet", "1.36.2", "1.32.9")]) == [
        "images/worker/image.yaml:14:14: error: kubelet 1.32.9 is more than 3 minor releases older than kube-apiserver 1.36.2"
          + " (images/master/image.yaml:36)"
      ])
  }

  @Test("may differ in their kubelet during an upgrade, with a warning")
  func differing() throws {
    #expect(
      try findings(worker: [version("kubelet", "1.36.2", "1.33.0")]) == [
        "images/worker/image.yaml:14:14: warning: kubelet 1.33.0 differs from the masters' 1.36.2"
          + " (images/master/image.yaml:14): well during an upgrade, not for long"
      ])
  }

  @Test("have no OpenBao agent newer than its server")
  func openbao() throws {
    #expect(
      try findings(worker: [version("openbao", "2.6.2", "2.7.0")]) == [
        "images/worker/image.yaml:8:14: warning: the OpenBao agent 2.7.0 is newer than the masters' OpenBao 2.6.2"
          + " (images/master/image.yaml:8)"
      ])
  }
}
