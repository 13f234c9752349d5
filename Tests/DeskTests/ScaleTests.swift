import Foundation
import TestSupport
import Testing

/// Sealing to many nodes takes as long a node as sealing to few.
@Suite("Sealing at scale", .enabled(if: ExampleDesk.isPossible, ExampleDesk.whyNot))
struct ScaleTests {
  @Test("twice the nodes take twice the time")
  func linear() throws {
    let desk = try Self.desk(of: 300)
    let whole = try desk.text("cluster.yaml")
    var (few, many) = (Double.infinity, Double.infinity)
    // The least of up to three: whatever shares the processor makes its time longer, and never shorter.
    for round in 0..<3 where round == 0 || many / few >= 2.6 {
      few = min(few, try Self.sealing(150, of: whole, desk))
      many = min(many, try Self.sealing(300, of: whole, desk))
    }
    print("sealing took \(few) s for 153 nodes and \(many) s for 303, of CPU time in a debug build")
    #expect(many / few < 2.6)
  }

  /// The CPU time of sealing to the first `count` workers of the cluster file `whole`.
  private static func sealing(_ count: Int, of whole: String, _ desk: ExampleDesk) throws -> Double {
    let copy = try desk.copied()
    let end = try #require(whole.range(of: "  - name: w-\(count + 1)\n")?.lowerBound ?? whole.endIndex)
    try copy.write(String(whole[..<end]), to: "cluster.yaml")
    let time = try seconds(["seal", "--escrow", "none"], copy)
    #expect(try PublishedBundles(copy).bundles.count == count + 6)
    return time
  }

  /// The CPU time of a command that must succeed.
  private static func seconds(_ words: [String], _ desk: ExampleDesk) throws -> Double {
    let command = try Command(
      ["bash", "-c", "TIMEFORMAT='cpu %U %S'; time \"$@\"", "bash", BuiltProgram.path("ll-bootimage")] + words
        + desk.simulated.opening)
    #expect(command.status == 0, "\(command.errors)")
    let line = try #require(command.errors.split(separator: "\n").last { $0.hasPrefix("cpu ") })
    return line.split(separator: " ").dropFirst().compactMap { Double($0) }.reduce(0, +)
  }

  /// A desk with the example's masters and `count` workers, whose identities are one simulated TPM's with a key of
  /// its own in each.
  private static func desk(of count: Int) throws -> ExampleDesk {
    let desk = try ExampleDesk()
    try desk.edit("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.0/16")
    try desk.edit("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.128.0.0/12")
    let text = try desk.text("cluster.yaml")
    let workers = try #require(text.range(of: "  - name: worker-1"))
    let added = (1...count).map { number in
      "  - name: w-\(number)\n    role: worker\n    address: 10.20.\(1 + number / 200).\(1 + number % 200)\n"
        + "    interface: enp1s0\n"
    }
    try desk.write(text[..<workers.lowerBound] + added.joined(), to: "cluster.yaml")
    try desk.simulated.begin()
    try desk.simulated.identify("master-1")
    let identity = try desk.text("identities/master-1.json")
    let points = try Self.points(count + 2, desk)
    for (index, node) in (["master-2", "master-3"] + (1...count).map { "w-\($0)" }).enumerated() {
      try desk.write(try Self.identity(identity, with: points[index]), to: "identities/\(node).json")
    }
    return desk
  }

  /// Points on P-256 that nobody has used, X and Y: 64 bytes each.
  private static func points(_ count: Int, _ desk: ExampleDesk) throws -> [Data] {
    let loop =
      "for i in $(seq \(count)); do openssl ecparam -name prime256v1 -genkey -noout -outform DER | tail -c 64; done"
    let all = try desk.tool("sh", "-c", "(\(loop)) | base64 -w 0")
    guard let bytes = Data(base64Encoded: all), bytes.count == 64 * count else {
      throw ExampleDesk.Failure(description: "no points")
    }
    return (0..<count).map { bytes[(64 * $0)..<(64 * $0 + 64)] }
  }

  /// The identity with another point in its storage root key: the last fields of a TPM2B_PUBLIC are X and Y, each with
  /// its size.
  private static func identity(_ text: String, with point: Data) throws -> String {
    let member = try #require(text.range(of: "\"srk\""))
    let start = try #require(text.range(of: "\"public\": \"", range: member.upperBound..<text.endIndex))
    let end = try #require(text.range(of: "\"", range: start.upperBound..<text.endIndex))
    var area = try #require(Data(base64Encoded: String(text[start.upperBound..<end.lowerBound])))
    area.replaceSubrange((area.count - 66)..<(area.count - 34), with: point.prefix(32))
    area.replaceSubrange((area.count - 32)..., with: point.suffix(32))
    return text[..<start.upperBound] + area.base64EncodedString() + text[end.lowerBound...]
  }
}
