import SystemdUnit
import Testing

struct UnitNameTests {
  /// The examples of systemd-escape(1), and what the tool prints for some more.
  static let texts: [(String, String)] = [
    ("Hallöchen, Meister", "Hall\\xc3\\xb6chen\\x2c\\x20Meister"),
    ("My Container 1", "My\\x20Container\\x201"),
    ("foo/bar", "foo-bar"),
    ("foo-bar", "foo\\x2dbar"),
    (".hidden", "\\x2ehidden"),
    ("a.b:c_d", "a.b:c_d"),
    ("back\\slash", "back\\x5cslash"),
    ("a@b", "a\\x40b"),
    ("", ""),
  ]

  @Test("text becomes part of a name as systemd-escape makes it, and comes back", arguments: texts)
  func escaping(text: String, escaped: String) {
    #expect(UnitName.escape(text) == escaped)
    #expect(UnitName.unescape(escaped) == text)
  }

  /// The example of systemd-escape(1), and what the tool prints for some more.
  static let paths: [(String, String)] = [
    ("/tmp//waldi/foobar/", "tmp-waldi-foobar"),
    ("/", "-"),
    ("///", "-"),
    ("/dev/sda1", "dev-sda1"),
    ("/var/lib/my-data", "var-lib-my\\x2ddata"),
    ("/run/./x", "run-x"),
    ("/.snapshots/a.b", "\\x2esnapshots-a.b"),
    ("/mnt/a b", "mnt-a\\x20b"),
    ("relative/path", "relative-path"),
  ]

  @Test("a path becomes the prefix of its mount unit as systemd-escape --path makes it", arguments: paths)
  func escapingPaths(path: String, escaped: String) {
    #expect(UnitName.escape(path: path) == escaped)
    #expect(UnitName("\(escaped).mount") != nil)
  }

  @Test("a broken escape has no meaning")
  func brokenEscapes() {
    for text in ["\\x", "\\x2", "\\xgg", "\\n", "\\xff"] { #expect(UnitName.unescape(text) == nil, "\(text)") }
  }

  @Test("a name has prefix, instance and type")
  func parts() throws {
    let plain = try #require(UnitName("openbao-agent.service"))
    #expect(plain.prefix == "openbao-agent")
    #expect(plain.instance == nil)
    #expect(plain.type == .service)
    let instance = try #require(UnitName("getty@tty1.service"))
    #expect(instance.prefix == "getty")
    #expect(instance.instance == "tty1")
    #expect(!instance.isTemplate)
    let template = try #require(UnitName("a.b@.timer"))
    #expect(template.prefix == "a.b")
    #expect(template.instance == "")
    #expect(template.isTemplate)
    #expect(try #require(UnitName("x@a@b.service")).instance == "a@b")
    #expect(UnitName("a.service")?.description == "a.service")
    #expect(try #require(UnitName("a.service")) < #require(UnitName("b.service")))
  }

  @Test(
    "what systemd refuses is no name",
    arguments: [
      "", "foo", "foo.bar", ".service", "@.service", "@x.service", "a b.service", "a/b.service", "é.service",
      "foo.service ", "foo.Service", "a\n.service", "foo.", String(repeating: "x", count: 248) + ".service",
    ])
  func refused(name: String) {
    #expect(UnitName(name) == nil)
  }

  @Test("the longest name has 255 bytes")
  func longest() {
    #expect(UnitName(String(repeating: "x", count: 247) + ".service") != nil)
  }
}
