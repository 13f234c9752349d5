import Foundation
import Synchronization
import TestSupport
import Testing

@testable import KubernetesDouble

/// Goldens of a rendered master, with the host's paths and ports turned into a temporary folder's and free ones.
struct RenderedNode {
  let temporary: TemporaryFolder
  let pki: LabPKI
  /// Where the API server double shall listen, and etcd.
  var apiPort = 6443
  var etcdPort = 2379

  init() throws {
    temporary = try TemporaryFolder()
    pki = try LabPKI(temporary.url)
  }

  /// The committed golden, as it is.
  static func golden(_ path: String, node: String = "master/expected/plain") throws -> String {
    let url = SharedFolder.checkout.appendingPathComponent("images/\(node)\(path)")
    return String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  /// A golden with this folder's paths and ports.
  func text(_ path: String) throws -> String { placed(try Self.golden(path)) }

  func placed(_ text: String) -> String {
    text.replacing("/etc/kubernetes/pki", with: pki.pki.path).replacing("/etc/ll/anchors", with: pki.anchors.path)
      .replacing("/etc/kubernetes", with: temporary.url.appendingPathComponent("etc/kubernetes").path)
      .replacing("127.0.0.1:7443", with: "127.0.0.1:\(apiPort)")
      .replacing("127.0.0.1:2379", with: "127.0.0.1:\(etcdPort)")
  }

  /// Writes a golden to its place below the folder; its path.
  @discardableResult
  func write(_ path: String, as text: String? = nil) throws -> String {
    try temporary.write(text ?? self.text(path), to: String(path.dropFirst())).path
  }

  /// The command line of a rendered static pod, without the program's name.
  func command(_ pod: String) throws -> [String] {
    let document = try YAMLText.document(try Self.golden("/etc/kubernetes/manifests/\(pod).yaml"))
    let container = try Pod(document, isStatic: true).containers[0]
    return container.command.dropFirst().map(placed)
  }
}

/// One way to spoil something rendered, and what upstream says of it.
struct Mutation: Sendable, CustomTestStringConvertible {
  var name: String
  /// The text that is replaced, and by what.
  var from: String
  var to: String
  /// The upstream file or page that has the refusal.
  var citation: String
  /// Part of the words of the refusal.
  var words: String

  var testDescription: String { name }

  init(_ name: String, _ from: String, _ to: String, _ citation: String, _ words: String) {
    self.name = name
    self.from = from
    self.to = to
    self.citation = citation
    self.words = words
  }

  /// The text after the mutation; `nil` where there is nothing to mutate, which is a fault of the table.
  func applied(to text: String) -> String? { text.contains(from) ? text.replacing(from, with: to) : nil }
}
