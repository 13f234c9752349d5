import Foundation
import SwiftASN1
import X509

/// A template of the agent at work: what it reads from OpenBao and from its own destination.
struct AgentTemplates: Sendable {
  /// What a template may call besides the built-in functions (consul-template).
  static let functions: Set<String> = ["pkiCert", "secret", "writeToFile"]

  /// A rendered text, and when it is to be rendered anew.
  struct Rendering: Sendable {
    var text: String
    var next: Date
  }

  let client: AgentClient
  let staticSecretInterval: Double

  /// Renders `template` as of `now`.
  func render(_ template: AgentConfiguration.Template, now: Date) async throws -> Rendering {
    let syntax = try GoTemplate(template.contents, functions: Self.functions)
    let due = Due()
    let functions: [String: GoTemplate.Function] = [
      "pkiCert": { arguments in
        let (value, next) = try await certificate(arguments, destination: template.destination, now: now)
        await due.add(next)
        return value
      },
      "secret": { arguments in
        await due.add(now.addingTimeInterval(staticSecretInterval))
        return try await secret(arguments)
      },
      "writeToFile": { arguments in try Self.writeToFile(arguments) },
    ]
    let text = try await syntax.text(
      of: .object([:]), errorOnMissingKey: template.errorOnMissingKey, functions: functions)
    return Rendering(text: text, next: await due.date ?? .distantFuture)
  }

  private actor Due {
    private(set) var date: Date?

    func add(_ other: Date) { date = min(date ?? other, other) }
  }

  private func secret(_ arguments: [JSONValue]) async throws -> JSONValue {
    guard let path = arguments.first?.text else { throw GoTemplateError("error calling secret: missing path") }
    guard arguments.count == 1 else { throw GoTemplateError("error calling secret: the double only reads") }
    let reply = try await client.request("GET", path)
    guard !reply[key: "data"].isNull else { throw GoTemplateError("no secret exists at \(path)") }
    return Self.capitalised(reply)
  }

  // What templates see is Go's structure, whose fields begin with capitals.
  private static func capitalised(_ reply: JSONValue) -> JSONValue {
    ["Data": reply[key: "data"], "LeaseID": reply[key: "lease_id"], "RequestID": reply[key: "request_id"]]
  }

  private func certificate(
    _ arguments: [JSONValue], destination: String, now: Date
  ) async throws -> (JSONValue, Date) {
    guard let path = arguments.first?.text else { throw GoTemplateError("error calling pkiCert: missing path") }
    var body: [String: JSONValue] = [:]
    for argument in arguments.dropFirst() {
      let parts = (argument.text ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw GoTemplateError("error calling pkiCert: not k=v pair \"\(argument.text ?? "")\"")
      }
      body[String(parts[0])] = .string(String(parts[1]))
    }
    // The certificate at the destination is kept while it lasts.
    if let text = try? FileText.contents(of: destination), let (value, due) = Self.kept(text, now: now) {
      return (value, due)
    }
    let data = try await client.request("PUT", path, .object(body))[key: "data"]
    guard let pem = data[key: "certificate"].text, let certificate = try? Certificate(pemEncoded: pem) else {
      throw GoTemplateError("\(path) gave no certificate")
    }
    let value: JSONValue = [
      "Data": [
        "Cert": .string(pem + "\n"), "CA": .string((data[key: "issuing_ca"].text ?? "") + "\n"),
        "Key": .string((data[key: "private_key"].text ?? "") + "\n"),
        "CAChain": .strings(data[key: "ca_chain"].texts.map { $0 + "\n" }),
      ]
    ]
    return (value, Self.renewal(of: certificate))
  }

  /// Certificate and key of a file, where they belong together and are not due.
  private static func kept(_ text: String, now: Date) -> (JSONValue, Date)? {
    let blocks = PEMBlocks.all(text)
    guard let leaf = blocks.first(where: { $0.type == "CERTIFICATE" }),
      let key = blocks.first(where: { $0.type.hasSuffix("PRIVATE KEY") }),
      let certificate = try? Certificate(pemEncoded: leaf.text),
      let private_ = try? Certificate.PrivateKey(pemEncoded: key.text), private_.publicKey == certificate.publicKey
    else { return nil }
    let due = renewal(of: certificate)
    guard now < due, certificate.notValidBefore <= now else { return nil }
    let others = blocks.filter { $0.type == "CERTIFICATE" }.dropFirst().map(\.text)
    return (
      [
        "Data": [
          "Cert": .string(leaf.text), "CA": .string(others.first ?? ""), "Key": .string(key.text),
          "CAChain": .strings(others),
        ]
      ], due
    )
  }

  /// The last tenth of its life begins then.
  static func renewal(of certificate: Certificate) -> Date {
    let life = certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore)
    return certificate.notValidAfter.addingTimeInterval(-life / 10)
  }

  private static func writeToFile(_ arguments: [JSONValue]) throws -> JSONValue {
    let texts = arguments.compactMap(\.text)
    guard texts.count == arguments.count, texts.count >= 5, let mode = UInt32(texts[3], radix: 8),
      let content = texts.last
    else { throw GoTemplateError("error calling writeToFile: want path, owner, group, mode, content") }
    try FileText.replace(texts[0], with: Array(content.utf8), mode: mode)
    return ""
  }
}
