import Foundation
import Glibc
import TestSupport
import Testing

/// A port of 127.0.0.1 that takes connections and says nothing.
private final class MuteServer {
  let port: Int
  private let socket: Int32

  init() throws {
    port = try FreePort.take()
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let descriptor = socket
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(bound == 0 && listen(descriptor, 8) == 0)
  }

  deinit { close(socket) }

  /// Whether somebody connects within `seconds`; it is hung up on.
  func isDialled(seconds: Int = 60) -> Bool {
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, Int32(seconds * 1000)) > 0 else { return false }
    let connection = accept(socket, nil, nil)
    if connection >= 0 { close(connection) }
    return connection >= 0
  }
}

@Suite("ll-agent run, its settings read again", .serialized)
struct ReloadTests {
  private static let settings = """
    [Agent]
    NodeName=worker-1
    Operator=127.0.0.1:OPERATOR
    OperatorName=operator.test
    OperatorAnchor=@/anchors.pem
    StateDirectory=@/state
    RuntimeDirectory=@/run
    Listen=127.0.0.1:LISTEN
    """

  private static func settings(operator: Int = 1, listen: Int = 0) -> String {
    settings.replacingOccurrences(of: "OPERATOR", with: "\(`operator`)")
      .replacingOccurrences(of: "LISTEN", with: "\(listen)")
  }

  /// A certificate and its key as a node keeps them, made by OpenSSL; it is its own anchor.
  private static func identity(in folder: TemporaryFolder) throws {
    let command = try Command(
      [
        "bash", "-euc",
        """
        umask 077
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 30 -subj /CN=worker-1 \
          -keyout key.pem -out state/current.pem -addext basicConstraints=critical,CA:FALSE \
          -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=clientAuth
        digest=$(openssl pkey -in key.pem -pubout -outform DER | sha256sum | cut -c1-32)
        mv key.pem "state/key-$digest.pem"
        cp state/current.pem anchors.pem
        """,
      ], in: folder.url, seconds: 60)
    try #require(command.status == 0, "\(command.errors)")
  }

  @Test("settings that are wrong are said with every place, and those of before stay in force")
  func wrong() throws {
    let agent = try RunningAgent(Self.settings())
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    try agent.reload(Self.settings() + "\nNodeNam=x\nInterval=soon\n[Kubelet]\nAddress=a\n")
    #expect(agent.notifies("RELOADING=1\nMONOTONIC_USEC="))
    #expect(agent.notifies("those of before stay in force"))
    #expect(agent.notifies("READY=1"))
    let file = agent.folder.url.path + "/ll-agent.conf"
    for finding in ["9:1: error: unknown key NodeNam=", "10:1: error: Interval=", "12:1: error: Address="] {
      #expect(agent.logs("\(file):\(finding)"), "\(agent.logged)")
    }
    // Whoever looks reads the same file: what is wrong with it is said, and the agent is asked all the same.
    let status = try agent.ask("status")
    #expect(status.status == 1 && status.errors.contains("\(file):12:1: error: Address="))
    #expect(status.output.contains("Not licensed") && status.output.contains("\(file):9:1: error: unknown key"))
    #expect(status.output.contains("and 2 more in the log"), "\(status.output)")
    // What is missing in the whole, and a file that is not what it should be, leave everything as it was too.
    try agent.reload(Self.settings() + "\n[OpenBao]\nMount=pki\n")
    #expect(agent.logs("settings: error: [OpenBao] without Role= (LL_OPENBAO_ROLE)"))
    try agent.reload(Self.settings().replacingOccurrences(of: "anchors.pem", with: "others.pem"))
    #expect(agent.logs("settings: error: \(agent.folder.url.path)/others.pem: it is not there"), "\(agent.logged)")
    let taken = try MuteServer()
    try agent.reload(Self.settings(operator: 2, listen: taken.port))
    #expect(agent.logs("settings: error: [Agent] Listen=: cannot listen at 127.0.0.1:\(taken.port)"))
    #expect(try agent.ask("explain", ["--format", "json"]).output.contains("127.0.0.1:1\""))
    try agent.reload(Self.settings(operator: 2))
    #expect(agent.logs("now in force: [Agent] Operator="))
    #expect(try !agent.ask("status").output.contains("stay in force"))
    #expect(try agent.ask("explain", ["--format", "json"]).output.contains("127.0.0.1:2\""))
  }

  @Test("operator, OpenBao, kubelet, log level and the metrics' address change in the running agent")
  func applied() throws {
    let (first, second) = (try MuteServer(), try MuteServer())
    let agent = try RunningAgent(Self.settings(operator: first.port)) { try Self.identity(in: $0) }
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    #expect(first.isDialled(), "\(agent.logged)")
    try agent.reload(Self.settings(operator: second.port))
    #expect(second.isDialled(), "\(agent.logged)")
    let (port, bao, kubelet) = (try FreePort.take(), try MuteServer(), try MuteServer())
    // The certificate is dropped, so that OpenBao has to be asked for one.
    try FileManager.default.removeItem(atPath: agent.folder.url.path + "/state/current.pem")
    try agent.folder.write("token", to: "token")
    try agent.reload(
      Self.settings(operator: second.port, listen: port) + """

        LogLevel=debug
        Interval=1
        [OpenBao]
        Address=https://127.0.0.1:\(bao.port)
        ServerName=bao.test
        Anchor=@/anchors.pem
        IssuerAnchor=@/anchors.pem
        Mount=pki
        Role=agent
        KubernetesTokenFile=@/token
        [Kubelet]
        Address=https://127.0.0.1:\(kubelet.port)
        Anchor=@/anchors.pem
        TokenFile=@/token
        """)
    #expect(bao.isDialled(), "\(agent.logged)")
    #expect(kubelet.isDialled(), "\(agent.logged)")
    #expect(agent.logs("\"level\":\"debug\""), "\(agent.logged)")
    let health = try Command(["curl", "-sS", "-m", "20", "http://127.0.0.1:\(port)/healthz"], seconds: 60)
    #expect(health.output == "ok\n", "\(health.errors)")
    agent.signal(SIGTERM)
    #expect(agent.end() == 0, "\(agent.logged)")
  }

  @Test("what only a start can change is said by name, and the rest holds")
  func postponed() throws {
    let agent = try RunningAgent(Self.settings())
    #expect(agent.notifies("READY=1"), "\(agent.logged)")
    let text = Self.settings(operator: 2).replacingOccurrences(of: "worker-1", with: "worker-2")
      .replacingOccurrences(of: "@/state", with: "@/elsewhere")
    try agent.reload(text + "\n[TPM]\nTCTI=device:/dev/tpmrm0\n")
    let words =
      "now in force: [Agent] Operator=; in force from the next start on: "
      + "[Agent] NodeName=, [Agent] StateDirectory=, [TPM] TCTI="
    #expect(agent.logs(words), "\(agent.logged)")
    #expect(try agent.ask("status").status == 0)
  }
}
