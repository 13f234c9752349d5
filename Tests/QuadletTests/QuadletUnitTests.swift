import Diagnostics
import Quadlet
import SystemdUnit
import Testing

struct QuadletUnitTests {
  static func unit(_ name: String, _ text: String) throws -> QuadletUnit {
    var report = Report()
    return try #require(QuadletUnit(name: name, parsing: Array(text.utf8), report: &report))
  }

  /// File, text, and the service that podman 5.8.2 names after them.
  static let services: [(String, String, String)] = [
    ("openbao.container", "[Container]\n", "openbao.service"),
    ("openbao.kube", "[Kube]\n", "openbao.service"),
    ("openbao.image", "[Image]\n", "openbao-image.service"),
    ("openbao.build", "[Build]\n", "openbao-build.service"),
    ("openbao.volume", "[Volume]\n", "openbao-volume.service"),
    ("openbao.network", "[Network]\n", "openbao-network.service"),
    ("openbao.pod", "[Pod]\n", "openbao-pod.service"),
    ("openbao.artifact", "[Artifact]\n", "openbao-artifact.service"),
    ("a.b.container", "[Container]\n", "a.b.service"),
    ("data@.volume", "[Volume]\n", "data-volume@.service"),
    ("web@.container", "[Container]\n", "web@.service"),
    ("web@one.container", "[Container]\n", "web@one.service"),
    ("x.image", "[Image]\nServiceName=pull\n", "pull.service"),
    ("x.container", "[Container]\nServiceName=\"quoted\"\n", "quoted.service"),
  ]

  @Test("the service's name follows from file and ServiceName", arguments: services)
  func serviceName(name: String, text: String, service: String) throws {
    #expect(try Self.unit(name, text).serviceName == service)
  }

  @Test(
    "a file is a quadlet by its suffix alone",
    arguments: [
      ("a.container", true), ("a.pod", true), ("a.service", false), ("a", false), (".container", false),
      ("dir/a.container", false), ("a.Container", false), ("a.container.d", false), ("", false),
    ])
  func kinds(name: String, isUnit: Bool) {
    #expect((QuadletUnit(name: name, file: UnitFile()) != nil) == isUnit)
  }

  @Test("unknown, too new and deprecated keys are found at their place")
  func keys() throws {
    let text = """
      [Container]
      Image=quay.io/x/y
      Imgae=quay.io/x/y
        AppArmor=unconfined
      RemapUsers=auto
      [Quadlet]
      Nonsense=1
      [Service]
      User=me
      """
    let unit = try Self.unit("x.container", text)
    #expect(
      unit.validate(for: .reference).sorted.map(\.description) == [
        "x.container:3:1: error: unsupported key 'Imgae' in group 'Container'",
        "x.container:5:1: warning: key 'RemapUsers' in group 'Container' is deprecated",
        "x.container:7:1: error: unsupported key 'Nonsense' in group 'Quadlet'",
        "x.container:9:1: warning: using key User in the Service group is not supported - use at your own risk",
      ])
    let older = unit.validate(for: PodmanVersion(5, 7, 1)).findings.map(\.description)
    #expect(
      older.contains(
        "x.container:4:3: error: key 'AppArmor' in group 'Container' needs podman 5.8.0, and this is for 5.7.1"))
  }

  @Test("a kind that the podman does not know is an error")
  func kindsTooNew() throws {
    let unit = try Self.unit("x.artifact", "[Artifact]\nArtifact=quay.io/x/y\n")
    #expect(unit.validate(for: PodmanVersion(5, 6, 2)).hasErrors)
    #expect(unit.validate(for: PodmanVersion(5, 7, 0)).isEmpty)
  }

  @Test(
    "podman versions are read as podman prints them, and compare by number",
    arguments: [
      ("5.8.2", "5.8.2"), ("v5.10.0", "5.10.0"), ("5.4", "5.4.0"), ("5.8.0-rc1", "5.8.0"), ("4.3.1~ds1", "4.3.1"),
      ("5", nil), ("", nil), ("5.x", nil), ("5.8.2.1", nil), ("-1.2", nil),
    ])
  func versions(text: String, version: String?) {
    #expect(PodmanVersion(text)?.description == version)
    #expect(PodmanVersion(5, 8, 2) < PodmanVersion(5, 10, 0))
  }
}
