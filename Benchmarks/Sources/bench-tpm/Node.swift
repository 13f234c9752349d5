import Glibc

/// A swtpm that has booted as recorded, with the secret sealed for every contender.
struct Node {
  let program: String
  let secret: [UInt8]
  let tcti: String
  private let disk: String
  private let memory: String

  init(program: String, eventLog: String) {
    self.program = program
    disk = Self.folder("/tmp/ll-bench-tpm.XXXXXX")
    memory = Self.folder("/dev/shm/ll-bench-tpm.XXXXXX")
    tcti = "swtpm:path=\(disk)/socket"
    secret = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    setenv("LL_TCTI", tcti, 1)
    setenv("TPM2TOOLS_TCTI", tcti, 1)
    // Nobody's own messages: they would cost, and go nowhere.
    setenv("TSS2_LOG", "all+none", 1)
    start()
    for measured in EventLog.measurements(of: eventLog) { _ = Cost(["tpm2_pcrextend", measured]) }
    write(secret, to: "secret")
    _ = Cost(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path("release.pem")])
    _ = Cost(
      [program, "seal", "--in", path("secret"), "--out", path("blob.pem"), "--event-log", eventLog]
        + ["--policy", "standard", "--cluster", "bench", "--node", "one", "--release-key", path("release.pem")])
    _ = Cost(["tpm2_createpolicy", "--policy-pcr", "-l", "sha256:7,13", "-L", path("pcr.policy")])
    _ = Cost(
      [
        "tpm2_create", "-C", "0x81000001", "-i", path("secret"), "-L", path("pcr.policy"), "-u", path("o.pub"), "-r",
        path("o.priv"),
      ])
    flush()
  }

  func path(_ name: String) -> String { "\(disk)/\(name)" }

  func inMemory(_ name: String) -> String { "\(memory)/\(name)" }

  /// Flushes objects and sessions that were left loaded: swtpm has no resource manager.
  func flush() { for kind in ["-t", "-l", "-s"] { _ = Cost(["tpm2_flushcontext", kind]) } }

  /// How many commands `body` sends, as swtpm's log of all its input tells.
  func counted(_ body: () -> Void) -> Int {
    let before = Self.commands(in: path("log"))
    body()
    return Self.commands(in: path("log")) - before
  }

  /// systemd-creds, where there is one with TPM support: its name and how it is started.
  var systemdCreds: [(String, [String])] {
    guard let version = Self.lines(of: "systemd-creds --version 2>/dev/null").first, version.hasPrefix("systemd ")
    else { return [] }
    let features = Self.lines(of: "systemd-creds --version")
    guard features.contains(where: { $0.split(separator: " ").contains("+TPM2") }) else { return [] }
    let number = version.split(separator: " ")[1]
    return [("systemd-creds \(number) decrypt --with-key=tpm2 (PCR 7, 13)", ["systemd-creds"])]
  }

  func end() {
    if let text = Self.lines(of: "cat \(path("pid"))").first, let process = pid_t(text) { kill(process, SIGKILL) }
    _ = Cost(["rm", "-rf", disk, memory])
  }

  private func start() {
    mkdir(path("state"), 0o700)
    _ = Cost([
      "swtpm", "socket", "--tpm2", "--daemon", "--tpmstate", "dir=\(path("state"))", "--server",
      "type=unixio,path=\(path("socket"))",
      "--ctrl", "type=unixio,path=\(path("socket")).ctrl", "--flags", "not-need-init,startup-clear", "--pid",
      "file=\(path("pid"))", "--log", "file=\(path("log")),level=5",
    ])
  }

  private func write(_ bytes: [UInt8], to name: String) {
    guard let file = fopen(path(name), "w") else { fail("cannot write \(path(name))", 3) }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  static func bytes(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
  }

  private static func commands(in log: String) -> Int {
    lines(of: "grep -c SWTPM_IO_Read \(log)").first.flatMap { Int($0) } ?? 0
  }

  private static func lines(of command: String) -> [String] {
    guard let pipe = popen(command, "r") else { return [] }
    defer { pclose(pipe) }
    var text: [UInt8] = []
    while case let byte = getc(pipe), byte != EOF { text.append(UInt8(byte)) }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func folder(_ template: String) -> String {
    var template = Array(template.utf8CString)
    guard mkdtemp(&template) != nil else { fail("cannot make a folder", 3) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
