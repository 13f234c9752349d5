import Diagnostics
import FoundationEssentials
import Glibc

/// Asks a running agent over its status socket. It waits for the answer, for at most the time it is given.
public enum StatusClient {
  /// Where an agent listens that systemd started (`RuntimeDirectory=ll-agent`).
  public static let defaultPath = "/run/ll-agent/status.sock"
  /// The longest answer, in bytes.
  static let longest = 4 << 20

  /// The value of the answer's member `answer`, as JSON.
  public static func ask(
    _ question: StatusQuestion, at path: String = defaultPath, seconds: Int = 5
  ) throws(ServiceError) -> [UInt8] {
    let socket = try connected(to: path, seconds: seconds)
    defer { close(socket) }
    let line = JSONText.object([.init("request", .string(question.rawValue))]).compact + [UInt8(ascii: "\n")]
    // An agent that refuses at once has closed already; its words are still there to be read.
    let sent = line.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if sent != line.count, errno != EPIPE { throw .silent(path) }
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while answer.last != UInt8(ascii: "\n") {
      let count = part.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0, ContinuousClock.now < end, answer.count <= longest else { throw .silent(path) }
      answer += part[..<count]
    }
    return try value(of: answer)
  }

  private static let beginning = Array("{\"answer\":".utf8)

  private struct Refusal: Decodable {
    var error: String
  }

  // The server prints the object with that one member, so that its value need not be taken apart here.
  private static func value(of line: [UInt8]) throws(ServiceError) -> [UInt8] {
    if line.starts(with: beginning) { return Array(line.dropFirst(beginning.count).dropLast(2)) }
    do {
      throw ServiceError.refused(try JSONDecoder().decode(Refusal.self, from: Data(line)).error)
    } catch let error as ServiceError {
      throw error
    } catch {
      throw .refused("no answer")
    }
  }

  /// Whether an agent takes connections there.
  static func isAnswered(_ path: String) -> Bool {
    do throws(ServiceError) {
      close(try connected(to: path, seconds: 1))
      return true
    } catch {
      return false
    }
  }

  /// Whether `path` has room in a `sockaddr_un`, with its NUL. Source: unix(7).
  static func fits(_ path: String) -> Bool { (1...107).contains(path.utf8.count) }

  private static func connected(to path: String, seconds: Int) throws(ServiceError) -> Int32 {
    guard fits(path) else { throw .path(path) }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw .listen(path, String(cString: strerror(errno))) }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result == 0 { return socket }
    let code = errno
    close(socket)
    switch code {
    case ENOENT, ECONNREFUSED, ENOTSOCK: throw .notRunning(path)
    case EACCES, EPERM: throw .denied(path)
    default: throw .silent(path)
    }
  }
}
