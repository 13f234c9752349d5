import Foundation
import TestSupport
import Testing

/// From pins on a network to nodes without one: `fetch`, a plain web server, `mirror`, `build`, the real Ignition.
@Suite("An air gap")
struct AirGapTests {
  @Test("what fetch brings is all that a node downloads, and the second fetch brings nothing")
  func wholeWay() throws {
    let upstream = try UpstreamStandIn()
    let desk = upstream.desk
    let first = try upstream.fetch(["--artifacts", desk.path("artifacts")])
    try #require(first.status == 0, "\(first.errors)")
    let second = try upstream.fetch()
    #expect(
      second.status == 0 && second.errors.split(separator: "\n").allSatisfy { $0.contains("already there") },
      "\(second.errors)")

    let server = try LoopbackMirror(of: URL(fileURLWithPath: desk.path("mirror")))
    try desk.folder.write("mirror: \(server.address)\n" + (try desk.folder.text("cluster.yaml")), to: "cluster.yaml")
    let build = try desk.run(["build", "--out", "out", "--spec", "3.3.0", "--artifacts", desk.path("artifacts")])
    try #require(build.status == 0, "\(build.errors)")
    for node in ["master-1", "worker-1"] {
      let applied = try Command([
        "scripts/real-tools/ignition-apply", desk.path("out/\(node).ign"), desk.path("root-\(node)"),
      ])
      #expect(applied.status == 0, "\(applied.errors)")
      #expect(try desk.folder.text("root-\(node)/usr/local/bin/ll-tpm") == "stand-in ll-tpm")
    }
    // Where the runtimes are sent, and under which digest, is where the image lies.
    let registries = try desk.folder.text("root-master-1/etc/containers/registries.conf.d/50-low-layer-mirror.conf")
    let host = server.address.dropFirst("http://".count)
    let name = upstream.registryHost.replacingOccurrences(of: ":", with: "-")
    #expect(registries.contains("location = \"\(host)/\(name)\""), "\(registries)")
    let quadlet = try desk.folder.text("root-master-1/etc/containers/systemd/openbao.container")
    let digest = try #require(
      quadlet.split(separator: "\n").first { $0.hasPrefix("Image=") }?.split(separator: "@").last)
    #expect(FileManager.default.fileExists(atPath: desk.path("mirror/v2/\(name)/openbao/openbao/manifests/\(digest)")))
    #expect(
      try desk.folder.text("mirror/mirror.nginx.conf").contains(
        "/v2/\(name)/openbao/openbao/manifests/\(digest) { default_type application/vnd.oci.image.manifest.v1+json; }"))
  }

  @Test("a wrong byte upstream is refused by name, everything else is fetched, and a repaired one completes the mirror")
  func wrongByte() throws {
    let upstream = try UpstreamStandIn()
    let desk = upstream.desk
    let found = FileManager.default.enumerator(atPath: desk.path("upstream"))?.compactMap { $0 as? String } ?? []
    let kubelet = try #require(found.first { $0.hasSuffix("/kubelet") })
    let right = try desk.folder.text("upstream/\(kubelet)")
    try desk.folder.write("X" + right.dropFirst(), to: "upstream/\(kubelet)")
    let result = try upstream.fetch()
    #expect(result.status == 3)
    #expect(result.errors.contains("kubelet 1.36.2: ") && result.errors.contains("1 of "), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: desk.path("mirror/\(kubelet)")))
    try desk.folder.write(right, to: "upstream/\(kubelet)")
    let again = try upstream.fetch()
    #expect(
      again.status == 0 && again.errors.split(separator: "\n").filter { $0.contains("verified") }.count == 1,
      "\(again.errors)")
  }
}
