import BootImage
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite("What init writes")
struct InitTemplatesTests {
  @Test(
    "is the committed example, byte for byte",
    arguments: [
      ("cluster.yaml", "clusters/example.yaml"), ("images/master/image.yaml", "images/master/image.yaml"),
      ("images/worker/image.yaml", "images/worker/image.yaml"),
    ])
  func example(_ written: String, _ committed: String) throws {
    let text = try #require(InitTemplates.files.first { $0.path == written }).text
    let data = try Data(contentsOf: SharedFolder.checkout.appendingPathComponent(committed))
    #expect(Data(text.utf8) == data)
  }

  @Test("is accepted without a finding")
  func accepted() throws {
    var images: [NodeRole: Document<ImageDefinition>] = [:]
    for role in NodeRole.allCases {
      let (image, report) = ImageFile.read(
        Array(InitTemplates.image(for: role).utf8), file: "images/\(role.rawValue)/image.yaml")
      #expect(report.findings == [])
      images[role] = image
    }
    let (cluster, report) = ClusterFile.read(Array(InitTemplates.cluster.utf8), file: "cluster.yaml")
    #expect(report.findings == [])
    #expect(crossCheck(cluster: try #require(cluster), images: images).findings == [])
  }

  @Test("explains every value in a comment")
  func commented() {
    for (path, text) in InitTemplates.files {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() where !line.hasPrefix(" ") && line.contains(":") && !line.hasPrefix("#") {
        let inside = lines.dropFirst(index + 1).prefix { $0.isEmpty || $0.hasPrefix(" ") }
        let isExplained = lines[max(0, index - 1)].hasPrefix("#") || inside.contains { $0.hasPrefix("  #") }
        #expect(isExplained, "\(path):\(index + 1): \(line)")
      }
      #expect(!text.contains("\t"))
      #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    }
  }

  @Test("pins what the shared list of pins names, and names its origin", .enabled(if: SharedFolder.url != nil))
  func pins() throws {
    let pins = String(decoding: try SharedFolder.bytes(of: "upstream/pins.yaml"), as: UTF8.self)
    let primary = pins.components(separatedBy: "\n- name: ").filter { $0.contains("\n  set: primary\n") }
    for role in NodeRole.allCases {
      let text = InitTemplates.image(for: role)
      let hashes = text.components(separatedBy: "\n").filter { !$0.contains("#") }
        .compactMap { line -> String? in
          let end = line.suffix(64)
          return end.count == 64 && end.allSatisfy(\.isHexDigit) ? String(end) : nil
        }
      #expect(hashes.count == (role == .master ? 19 : 7))
      for hash in hashes {
        let pin = try #require(primary.first { $0.contains(hash) }, "\(BrokenFile.hash) is not a primary pin")
        let before = try #require(text.components(separatedBy: hash).first)
        let origin = try #require(
          before.components(separatedBy: "# origin: ").last?.components(separatedBy: "\n").first)
        let commit = origin.components(separatedBy: " @ ").last?.prefix(8) ?? ""
        #expect(pin.contains("commit: \(commit)") || !pin.contains("commit: "), "\(origin)")
      }
    }
  }
}
