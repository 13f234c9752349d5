import Crypto
import Foundation
import TestSupport

/// A desk whose pins all point at small stand-ins on loopback: files behind TLS, images in a registry.
struct UpstreamStandIn {
  let desk: Desk
  private let files: LoopbackMirror
  private let registry: LoopbackMirror

  init() throws {
    desk = try Desk()
    let certificate = desk.path("tls.pem")
    let made = try Command([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/CN=stand-in",
      "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", desk.path("tls.key"), "-out", certificate,
    ])
    guard made.status == 0 else { throw ExampleCluster.Failure(text: made.errors) }
    for folder in ["upstream", "registry"] {
      try FileManager.default.createDirectory(atPath: desk.path(folder), withIntermediateDirectories: true)
    }
    files = try LoopbackMirror(
      of: URL(fileURLWithPath: desk.path("upstream")), certificate: certificate, key: desk.path("tls.key"))
    registry = try LoopbackMirror(of: URL(fileURLWithPath: desk.path("registry")))
    for role in ["master", "worker"] {
      try desk.folder.write(
        try repinned(try desk.folder.text("images/\(role)/image.yaml")), to: "images/\(role)/image.yaml")
    }
    for program in ["ll-tpm", "ll-node", "ll-agent"] {
      try desk.folder.write("stand-in \(program)", to: "artifacts/\(program)")
    }
  }

  /// The registry's host and port as image references name it.
  var registryHost: String { String(registry.address.dropFirst("http://".count)) }

  private func repinned(_ text: String) throws -> String {
    var pending: String?
    return try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let indent = line.prefix { $0 == " " }
      let trimmed = line.dropFirst(indent.count)
      if trimmed.hasPrefix("url: https://") {
        let path = String(trimmed.dropFirst("url: https://".count))
        pending = try put("stand-in for \(path)\n", at: "upstream/\(path)")
        return "\(indent)url: \(files.address)/\(path)"
      }
      if trimmed.hasPrefix("sha256: "), let hash = pending {
        pending = nil
        return "\(indent)sha256: \(hash)"
      }
      if trimmed.hasPrefix("image: "), let reference = trimmed.dropFirst("image: ".count).split(separator: "@").first {
        let repository = reference.split(separator: "/").dropFirst().joined(separator: "/").split(separator: ":")[0]
        return "\(indent)image: \(registryHost)/\(repository)@\(try image(String(repository)))"
      }
      return String(line)
    }.joined(separator: "\n")
  }

  /// Puts an image of one layer into the registry; its manifest's digest.
  private func image(_ repository: String) throws -> String {
    func blob(_ text: String) throws -> String {
      let hash = Self.sha256(text)
      _ = try put(text, at: "registry/v2/\(repository)/blobs/sha256:\(hash)")
      return "{\"mediaType\":\"application/octet-stream\",\"digest\":\"sha256:\(hash)\",\"size\":\(text.utf8.count)}"
    }
    let config = try blob("{\"architecture\":\"amd64\",\"os\":\"linux\",\"name\":\"\(repository)\"}")
    let layer = try blob("the layer of \(repository)")
    let manifest =
      "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":\(config),\"layers\":[\(layer)]}"
    let hash = Self.sha256(manifest)
    _ = try put(manifest, at: "registry/v2/\(repository)/manifests/sha256:\(hash)")
    return "sha256:\(hash)"
  }

  private func put(_ text: String, at path: String) throws -> String {
    try desk.folder.write(text, to: path)
    return Self.sha256(text)
  }

  private static func sha256(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Runs `fetch` into `mirror`, trusting the stand-in's certificate.
  func fetch(_ extra: [String] = []) throws -> Command {
    try desk.run(["fetch", "--out", desk.path("mirror"), "--ca", desk.path("tls.pem")] + extra)
  }
}
