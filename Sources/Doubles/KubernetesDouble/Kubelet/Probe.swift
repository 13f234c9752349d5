/// A probe of a container: by HTTP, HTTPS (any certificate) or a connection.
struct Probe: Sendable, Hashable {
  enum Target: Sendable, Hashable {
    case http(String)
    case connection(host: String, port: Int)
  }

  var target: Target
  /// In seconds, as are the next two.
  var initialDelay: Int
  var period: Int
  var timeout: Int
  var successThreshold: Int
  var failureThreshold: Int

  /// `nil` where there is none, or one that is not by network.
  init?(_ json: JSON) {
    let get = json["httpGet"]
    let connection = json["tcpSocket"]
    if let port = get["port"].integer {
      let scheme = get["scheme"].string?.lowercased() ?? "http"
      let host = get["host"].string ?? "127.0.0.1"
      target = .http("\(scheme)://\(host):\(port)\(get["path"].string ?? "/")")
    } else if let port = connection["port"].integer {
      target = .connection(host: connection["host"].string ?? "127.0.0.1", port: Int(port))
    } else {
      return nil
    }
    func number(_ field: String, _ value: Int) -> Int { json[field].integer.map { Int($0) } ?? value }
    initialDelay = number("initialDelaySeconds", 0)
    period = max(1, number("periodSeconds", 10))
    timeout = max(1, number("timeoutSeconds", 1))
    successThreshold = max(1, number("successThreshold", 1))
    failureThreshold = max(1, number("failureThreshold", 3))
  }

  /// What is wrong, `nil` where nothing is.
  func fault() async -> String? {
    let client = HTTPClient(timeout: .seconds(timeout))
    do throws(Refusal) {
      switch target {
      case .http(let url):
        let response = try await client.send("GET", url, headers: ["Accept": "*/*"])
        guard (200..<400).contains(response.status) else {
          return "HTTP probe failed with statuscode: \(response.status)"
        }
      case .connection(let host, let port):
        try await Connection.check(host: host, port: port, timeout: .seconds(timeout))
      }
      return nil
    } catch {
      return "\(error)"
    }
  }
}
