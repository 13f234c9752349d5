import Foundation
import HostFS
import NodeMetrics
import TestSupport
import Testing

/// The host's `/` at another folder, as a pod has it: what is the pod's own must not be taken for the host's.
@Suite("From a pod")
struct PodModeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("6.12.0\n", to: "proc/sys/kernel/osrelease")
    try folder.write("pod-1\n", to: "proc/sys/kernel/hostname")
    try folder.write("pod.domain\n", to: "proc/sys/kernel/domainname")
    try folder.write("ID=fedora\n", to: "usr/lib/os-release")
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("etc"), withIntermediateDirectories: true)
  }

  private func snapshot() throws -> NodeSnapshot { try FixtureTree.snapshot(of: folder.url) }

  @Test("the host's name is that of its /etc/hostname, or missing; the domain is missing")
  func names() throws {
    var identity = try #require(try snapshot().identity.reading)
    #expect(identity.hostName == nil && identity.domainName == nil)
    try folder.write("node-7\n", to: "etc/hostname")
    identity = try #require(try snapshot().identity.reading)
    #expect(identity.hostName == "node-7")
  }

  @Test(
    "an absolute link of /etc/os-release is not followed into the pod, a relative one and a file are read",
    arguments: [("/etc/os-release", "fedora"), ("../usr/lib/os-release", "fedora"), ("../elsewhere", "coreos")])
  func image(link: String, id: String) throws {
    try folder.write("ID=coreos\n", to: "elsewhere")
    try FileManager.default.createSymbolicLink(
      atPath: folder.url.path + "/etc/os-release", withDestinationPath: link)
    #expect(try snapshot().identity.reading?.image("ID") == id)
  }

  @Test("connections are counted from process 1's table, and are unavailable without it")
  func conntrack() throws {
    try folder.write("7\n", to: "proc/sys/net/netfilter/nf_conntrack_count")
    try folder.write("100\n", to: "proc/sys/net/netfilter/nf_conntrack_max")
    #expect(
      try snapshot().conntrack == .unavailable(.foreignNamespace("/proc/sys/net/netfilter")))
    try folder.write("entries found\n0000000a 00000001\n0000000a 00000002\n", to: "proc/1/net/stat/nf_conntrack")
    let reading = try #require(try snapshot().conntrack.reading)
    #expect(reading.entries == 10 && reading.maximum == 100 && reading.statistics?.found == 3)
  }

  @Test("the pod's own network and mounts are never shown for the host's")
  func ownNamespaces() throws {
    try folder.write("Inter-| x\n face | y\n eth0: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n", to: "proc/self/net/dev")
    try folder.write("1 1 8:1 / / rw - ext4 /dev/pod rw\n", to: "proc/self/mountinfo")
    let snapshot = try snapshot()
    #expect(snapshot.network.reason == "/proc/1/net does not exist")
    #expect(snapshot.filesystems.reason == "/proc/1 does not exist")
  }

  @Test("mounts are asked for below the folder, and shown as the host has them")
  func mounts() throws {
    try folder.write("1 1 8:1 / / rw - ext4 /dev/a rw\n2 1 8:2 / /var rw - xfs /dev/b rw\n", to: "proc/1/mountinfo")
    var calls = FixtureTree.calls
    let base = folder.url.path
    calls.space = { path throws(ReadError) in
      if path == base + "/" { return FileSystemSpace(size: 1, free: 1, available: 1, files: 1, filesFree: 1) }
      throw ReadError(.absent, path)
    }
    let sampler = NodeSampler(root: try HostRoot(rootfs: base), limits: FixtureTree.patient, calls: calls)
    let mounts = sampler.sample().filesystems.reading?.mounts ?? []
    #expect(mounts.map(\.mountPoint) == ["/", "/var"])
    #expect(mounts.first?.space.reading?.size == 1)
    // It did not propagate into the pod.
    #expect(mounts.last?.space == .unavailable(.unreadable(ReadError(.absent, base + "/var"))))
  }
}
