import BootImage
import Diagnostics
import Testing

@Suite("An image file")
struct ImageFileTests {
  @Test("with wrong pins has exactly these findings", arguments: BrokenFile.imagePins)
  func brokenPins(_ file: BrokenFile) throws {
    let role = try #require(file.role)
    #expect(ExampleInput.readImage(try file.edited(ExampleInput.image(role)), role).findings == file.findings)
  }

  @Test("with a download that has no place in a mirror has exactly these findings", arguments: BrokenFile.downloads)
  func brokenDownloads(_ file: BrokenFile) throws {
    let role = try #require(file.role)
    let findings = ExampleInput.readImage(try file.edited(ExampleInput.image(role)), role).findings
    #expect(findings == file.findings)
    #expect(!findings.joined().contains("hunter2"))
  }

  @Test("with wrong options has exactly these findings", arguments: BrokenFile.imageOptions)
  func brokenOptions(_ file: BrokenFile) throws {
    let role = try #require(file.role)
    #expect(ExampleInput.readImage(try file.edited(ExampleInput.image(role)), role).findings == file.findings)
  }

  @Test("of the masters is read whole")
  func master() throws {
    let (document, findings) = ExampleInput.readImage(ExampleInput.image(.master), .master)
    #expect(findings == [])
    let image = try #require(document).definition
    #expect(image.role == .master)
    #expect(image.osVersion == "44.20260707.3.1")
    #expect(image.podmanVersion == "5.8.2")
    #expect(image.addressHolder == .kubeVIP)
    #expect(image.zincati == .disabled)
    #expect(image.disk.encryption == .tpm2)
    #expect(image.disk.rootMiB == 16384)
    #expect(image.kubelet.maxPods == 110)
    #expect(image.kubelet.systemReserved == ["cpu": "500m", "memory": "1Gi", "ephemeral-storage": "2Gi"])
    #expect(image.kubelet.nodeLabels == [:])
    #expect(image.sysexts == [])
    #expect(Set(image.components.keys) == Set(Component.allCases).subtracting([.keepalived]))
    guard case .image(let openbao) = image.components[.openbao]?.source else {
      Issue.record("openbao is a container image")
      return
    }
    #expect(openbao.registry == "quay.io")
    #expect(openbao.repository == "openbao/openbao")
    #expect(openbao.tag == "2.6.2")
    #expect(openbao.digest == BrokenFile.digest)
    guard case .file(let kubelet) = image.components[.kubelet]?.source else {
      Issue.record("kubelet is a file")
      return
    }
    #expect(kubelet.url == "https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet")
    #expect(kubelet.hash.ignition == "sha256-" + BrokenFile.hash)
  }

  @Test("of the workers has what a worker needs and nothing else")
  func worker() throws {
    let (document, findings) = ExampleInput.readImage(ExampleInput.image(.worker), .worker)
    #expect(findings == [])
    let image = try #require(document).definition
    #expect(Set(image.components.keys) == [.openbao, .haproxy, .kubelet, .crio, .crictl, .cniPlugins, .pause])
    guard case .periodic(let windows) = image.zincati else {
      Issue.record("workers reboot in windows")
      return
    }
    #expect(windows.map(\.days) == [["Sat", "Sun"]])
    #expect(windows.map(\.start) == ["23:30"])
    #expect(windows.map(\.lengthMinutes) == [60])
    #expect(image.kubelet.nodeLabels == ["pool": "general"])
  }

  @Test("can leave to a system extension what that provides")
  func sysext() throws {
    let edits: [BrokenFile.Edit] = [
      .cut(from: "  kubelet:", to: "  pause:", with: ""),
      .change(
        "sysexts: []",
        to: """
          sysexts:
            - name: kubernetes
              url: https://artifacts.example.internal/kubernetes.raw
              sha512: \(BrokenFile.hash)\(BrokenFile.hash)
              provides: [kubelet, cri-o, crictl, cni-plugins]
          """),
    ]
    let (document, findings) = ExampleInput.readImage(
      try BrokenFile("", edits, []).edited(ExampleInput.image(.worker)), .worker)
    #expect(findings == [])
    let sysext = try #require(document?.definition.sysexts.first)
    #expect(sysext.name == "kubernetes")
    #expect(sysext.provides == [.kubelet, .crio, .crictl, .cniPlugins])
    #expect(sysext.file.hash.function == .sha512)
  }

  @Test("takes keepalived with a digest of the user's")
  func keepalived() throws {
    let edits: [BrokenFile.Edit] = [
      .change("addressHolder: kube-vip", to: "addressHolder: keepalived"),
      .cut(
        from: "  kube-vip:", to: "addressHolder:",
        with: "  keepalived:\n    version: 2.3.1\n    image: localhost:5000/keepalived@\(BrokenFile.digest)\n"),
    ]
    let (document, findings) = ExampleInput.readImage(
      try BrokenFile("", edits, []).edited(ExampleInput.image(.master)), .master)
    #expect(findings == [])
    #expect(document?.definition.addressHolder == .keepalived)
    guard case .image(let image) = document?.definition.components[.keepalived]?.source else {
      Issue.record("keepalived is a container image")
      return
    }
    #expect(image.reference == "localhost:5000/keepalived@\(BrokenFile.digest)")
    #expect(image.tag == nil)
  }

  @Test("that is not in a role's folder may have either role")
  func folder() throws {
    let (document, report) = ImageFile.read(Array(ExampleInput.image(.worker).utf8), file: "image.yaml")
    #expect(report.isEmpty)
    #expect(document?.definition.role == .worker)
  }

  @Test("without kubelet options has the kubelet's own defaults")
  func defaults() throws {
    let text = try BrokenFile("", [.cut(from: "kubelet:\n  maxPods", to: nil, with: "")], []).edited(
      ExampleInput.image(.worker))
    let (document, findings) = ExampleInput.readImage(text, .worker)
    #expect(findings == [])
    #expect(document?.definition.kubelet.maxPods == 110)
    #expect(document?.definition.kubelet.systemReserved == [:])
  }
}
