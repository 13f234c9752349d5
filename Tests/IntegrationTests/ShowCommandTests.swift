import Foundation
import TestSupport
import Testing

@Suite("ll-bootimage show")
struct ShowCommandTests {
  /// gzip and base64 of `hello\n`, by gzip(1).
  private static let packed = "data:;base64,H4sIAAAAAAAAA8tIzcnJ5wIAIDA6NgYAAAA="

  private static let config = #"""
    {"ignition": {"version": "3.4.0",
      "config": {"merge": [{"source": "https://example.com/base.ign"}]}},
     "kernelArguments": {"shouldExist": ["quiet"], "shouldNotExist": ["mitigations=auto,nosmt"]},
     "passwd": {"users": [{"name": "core", "sshAuthorizedKeys": ["ssh-ed25519 AAAA"], "groups": ["wheel", "sudo"]}]},
     "storage": {
      "disks": [{"device": "/dev/vda", "partitions": [{"label": "var", "number": 5, "sizeMiB": 0}]}],
      "files": [
       {"path": "/etc/hello", "mode": 384, "user": {"name": "core"}, "group": {"id": 1000},
        "contents": {"compression": "gzip", "source": "\#(packed)"}, "append": [{"source": "data:,world%1B%5B31m%0A"}]},
       {"path": "/etc/binary", "contents": {"source": "data:;base64,AP8="}},
       {"path": "/opt/tool", "mode": 493, "contents": {"source": "https://example.com/tool"}}],
      "links": [{"path": "/etc/localtime", "target": "../usr/share/zoneinfo/UTC"}]},
     "systemd": {"units": [
      {"name": "a.service", "enabled": true, "contents": "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n",
       "dropins": [{"name": "10-x.conf", "contents": "[Service]\nRestart=always\n"}]},
      {"name": "docker.socket", "mask": true}]}}
    """#

  private func run(_ arguments: String..., input: String = config) throws -> Command {
    try Command([BuiltProgram.path("ll-bootimage"), "show", "-"] + arguments, input: Data(input.utf8))
  }

  @Test("everything that a config does stands in the list, with what a person asks first")
  func text() throws {
    let result = try run()
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(
      result.output == """
        <stdin>: spec 3.4.0
        other configs (1)
          merge  https://example.com/base.ign
        kernel arguments (2)
          there    quiet
          removed  mitigations=auto,nosmt
        users (1)
          there  any uid  1 SSH key  no password  also in wheel,sudo  core
        disks (1)
          kept  /dev/vda
        partitions (1)
          /dev/vda  5  the rest  there  var
        files (3)
          0600  core:1000        17  /etc/hello
          0644  root:root         2  /etc/binary
          0755  root:root         ?  /opt/tool  <- https://example.com/tool
        links (1)
          link  root:root  /etc/localtime -> ../usr/share/zoneinfo/UTC
        units (2)
          enabled  written      1 drop-in  a.service
          masked   not written             docker.socket

        """)
  }

  @Test("contents are decoded, unpacked, and shown so that no terminal obeys them")
  func contents() throws {
    let result = try run("--contents")
    #expect(result.output.contains("/etc/hello\n      | hello\n      [append]\n      | world\\u{1B}[31m\n"))
    #expect(result.output.contains("      | (2 bytes, not text)\n"))
    #expect(result.output.contains("      [10-x.conf]\n      | [Service]\n      | Restart=always\n"))
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test("one path is printed byte by byte, a file with what is appended to it")
  func path() throws {
    #expect(try run("--path", "/etc/hello").output == "hello\nworld\u{1B}[31m\n")
    let unit = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"
    #expect(try run("--path", "a.service").output == unit)
    #expect(try run("--path", "a.service.d/10-x.conf").output == "[Service]\nRestart=always\n")
    #expect(try run("--path", "/etc/systemd/system/a.service").output == unit)
    for (path, reason) in [
      ("/opt/tool", "https://example.com/tool"), ("/nowhere", "it holds no"), ("docker.socket", "it holds no"),
    ] {
      let result = try run("--path", path)
      #expect(result.status == 1 && result.output.isEmpty && result.errors.contains(reason), "\(result.errors)")
    }
    #expect(try run("--path", "/etc/hello", "--contents").status == 2)
  }

  @Test("contents that cannot be unpacked are named, and the rest is shown")
  func broken() throws {
    let result = try run(input: Self.config.replacingOccurrences(of: "H4sI", with: "AAAA"))
    #expect(result.status == 0 && result.output.contains("/etc/hello  <- cannot be unpacked: not gzip"))
  }

  @Test("a config that Ignition would refuse is refused, with its findings")
  func refused() throws {
    let result = try run(input: #"{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"x"}]}}"#)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.errors.contains("<stdin>:1:") && result.errors.contains("^"))
  }

  @Test("as JSON every section is a member, and texts are there on request")
  func json() throws {
    let result = try run("--format", "json", "--contents")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["spec"] as? String == "3.4.0")
    let files = try #require(object["files"] as? [[String: Any]])
    #expect(files.map { $0["name"] as? String } == ["/etc/hello", "/etc/binary", "/opt/tool"])
    #expect(files[0]["size"] as? Int == 17 && files[0]["mode"] as? String == "0600")
    #expect(files[0]["owner"] as? String == "core:1000")
    let contents = try #require(files[0]["contents"] as? [[String: Any]])
    #expect(contents.map { $0["text"] as? String } == ["hello\n", "world\u{1B}[31m\n"])
    #expect((files[2]["elsewhere"] as? [String]) == ["https://example.com/tool"] && files[2]["size"] is NSNull)
    let units = try #require(object["units"] as? [[String: Any]])
    #expect(units.map { $0["state"] as? String } == ["enabled", "masked"])
  }
}
