import Foundation
import Synchronization

/// Faults on demand, for tests: the file that `OPENBAO_DOUBLE_FAULTS` names is read at every request. Each line is
/// `PATH-PREFIX ACTION [COUNT]`; the first that matches the path (without `/v1/`, `*` for every path) is carried out.
/// Actions: a status (`503`, `473`, `403`, `500`, …), `hang`, `redirect=URL`, `delay=SECONDS`, `slow=SECONDS`, `truncate`,
/// `html`, `binary`, `huge`. With a COUNT the line holds for that many requests of this process only.
final class Faults: Sendable {
  enum Action: Sendable, Hashable {
    case status(Int)
    case hang
    case redirect(String)
    case delay(Double)
    case slow(Double)
    case truncate
    case other(Page)
  }

  /// What something that is not OpenBao answers, with status 200.
  enum Page: String, Sendable, Hashable {
    case html, binary, huge

    var reply: HTTPReply {
      var reply = HTTPReply(200)
      reply.headers["content-type"] = self == .html ? "text/html" : "application/json"
      switch self {
      case .html: reply.body = Array("<html><body>Welcome</body></html>\n".utf8)
      case .binary: reply.body = (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      case .huge: reply.body = Array("{\"data\":\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 4 << 20)
      }
      return reply
    }
  }

  private let path: String?
  private let used = Mutex<[String: Int]>([:])

  init(path: String?) { self.path = path }

  /// What is to happen to a request for `target`; `nil` where nothing is.
  func action(for target: String) -> Action? {
    guard let path, let text = try? FileText.contents(of: path) else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 2, words[0] == "*" || target.hasPrefix(words[0]), let action = Self.action(words[1]) else {
        continue
      }
      if words.count > 2, let limit = Int(words[2]) {
        let isSpent = used.withLock { used in
          let count = used[String(line), default: 0]
          used[String(line)] = count + 1
          return count >= limit
        }
        if isSpent { continue }
      }
      return action
    }
    return nil
  }

  private static func action(_ word: String) -> Action? {
    if let status = Int(word) { return .status(status) }
    if word == "hang" { return .hang }
    if word == "truncate" { return .truncate }
    if let page = Page(rawValue: word) { return .other(page) }
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    if parts[0] == "redirect" { return .redirect(parts[1]) }
    if parts[0] == "slow" { return Double(parts[1]).map { .slow($0) } }
    return parts[0] == "delay" ? Double(parts[1]).map { .delay($0) } : nil
  }

  /// The words that OpenBao has for a status.
  static func words(_ status: Int) -> [String] {
    switch status {
    case 403: ["1 error occurred:\n\t* permission denied\n\n"]
    case 429: ["rate limit quota exceeded"]
    case 500: ["internal error"]
    case 503: ["Vault is sealed"]
    default: []
    }
  }
}
