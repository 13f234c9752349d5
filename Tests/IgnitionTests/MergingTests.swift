import Ignition
import Testing

// The rules are those listed at the head of Ignition's config/merge, and in its operator notes under "Config merging".
@Suite("Merging a child config")
struct MergingTests {
  @Test("a file of the same path is changed member by member and keeps its place, a new one is appended")
  func files() {
    let parent = IgnitionConfig(
      storage: .init(files: [
        .init(path: "/a", mode: 0o600, contents: .init(inline: "parent"), append: [.init(inline: "1")]),
        .init(path: "/b"),
      ]))
    let child = IgnitionConfig(
      storage: .init(files: [
        .init(path: "/c"),
        .init(path: "/a", overwrite: true, contents: .init(inline: "child"), append: [.init(inline: "1")]),
      ]))
    #expect(
      parent.merging(child).storage.files == [
        .init(
          path: "/a", mode: 0o600, overwrite: true, contents: .init(inline: "child"),
          append: [.init(inline: "1"), .init(inline: "1")]), .init(path: "/b"), .init(path: "/c"),
      ])
  }

  @Test("a path that the child makes a link is no longer the parent's file")
  func otherKind() {
    let parent = IgnitionConfig(
      storage: .init(files: [.init(path: "/a"), .init(path: "/b")], directories: [.init(path: "/d")]))
    let child = IgnitionConfig(
      storage: .init(files: [.init(path: "/d")], links: [.init(path: "/a", target: "/b")]))
    let merged = parent.merging(child).storage
    #expect(merged.files == [.init(path: "/b"), .init(path: "/d")])
    #expect(merged.directories == [])
    #expect(merged.links == [.init(path: "/a", target: "/b")])
  }

  @Test("kernel arguments move from one list to the other")
  func kernelArguments() {
    let parent = IgnitionConfig(kernelArguments: .init(shouldExist: ["a", "b"], shouldNotExist: ["c"]))
    let child = IgnitionConfig(kernelArguments: .init(shouldExist: ["c", "d"], shouldNotExist: ["a"]))
    #expect(
      parent.merging(child).kernelArguments == .init(shouldExist: ["b", "c", "d"], shouldNotExist: ["a"]))
  }

  @Test("a header without a value takes the parent's away")
  func headers() {
    func config(_ headers: [IgnitionConfig.HTTPHeader]) -> IgnitionConfig {
      .init(ignition: .init(config: .init(merge: [.init(source: "http://a", httpHeaders: headers)])))
    }
    let merged = config([.init(name: "A", value: "1"), .init(name: "B", value: "1")])
      .merging(config([.init(name: "A"), .init(name: "B", value: "2")]))
    #expect(merged.ignition.config.merge == [.init(source: "http://a", httpHeaders: [.init(name: "B", value: "2")])])
  }

  @Test("units, drop-ins and users are found by name, partitions by number or label; options are joined")
  func keys() {
    let parent = IgnitionConfig(
      passwd: .init(users: [.init(name: "core", sshAuthorizedKeys: ["k1"], shell: "/bin/sh")]),
      storage: .init(
        disks: [.init(device: "/dev/a", partitions: [.init(label: "x", sizeMiB: 1), .init(number: 2)])],
        raid: [.init(name: "md", level: "1", devices: ["/dev/a"], options: ["-a"])]),
      systemd: .init(units: [
        .init(name: "a.service", enabled: true, contents: "p", dropins: [.init(name: "1.conf", contents: "p")])
      ]))
    let child = IgnitionConfig(
      passwd: .init(users: [.init(name: "core", sshAuthorizedKeys: ["k1", "k2"])]),
      storage: .init(
        disks: [.init(device: "/dev/a", wipeTable: true, partitions: [.init(label: "x", resize: true)])],
        raid: [.init(name: "md", devices: ["/dev/a", "/dev/b"], options: ["-a"])]),
      systemd: .init(units: [
        .init(
          name: "a.service", enabled: false, dropins: [.init(name: "2.conf"), .init(name: "1.conf", contents: "c")])
      ]))
    let merged = parent.merging(child)
    #expect(merged.passwd.users == [.init(name: "core", sshAuthorizedKeys: ["k1", "k2"], shell: "/bin/sh")])
    #expect(
      merged.storage.disks == [
        .init(
          device: "/dev/a", wipeTable: true,
          partitions: [.init(label: "x", sizeMiB: 1, resize: true), .init(number: 2)])
      ])
    #expect(
      merged.storage.raid == [.init(name: "md", level: "1", devices: ["/dev/a", "/dev/b"], options: ["-a", "-a"])])
    #expect(
      merged.systemd.units == [
        .init(
          name: "a.service", enabled: false, contents: "p",
          dropins: [.init(name: "1.conf", contents: "c"), .init(name: "2.conf")])
      ])
  }

  @Test("merging nothing changes nothing, and merging into nothing gives the child")
  func identity() {
    #expect(Samples.whole.merging(IgnitionConfig()) == Samples.whole)
    #expect(IgnitionConfig().merging(Samples.whole) == Samples.whole)
  }
}
