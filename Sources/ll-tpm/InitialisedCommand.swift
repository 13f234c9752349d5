import ArgumentParser
import Console
import Diagnostics
import Glibc
import TPMUnseal

/// `ll-tpm initialised`
struct InitialisedCommand: AsyncParsableCommand {
  enum Action: String, ExpressibleByArgument, CaseIterable { case get, set, clear }
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "initialised",
    abstract: "Whether this TPM remembers that its node was part of an OpenBao cluster.",
    discussion: """
      While it is set, ll-node bootstrap-gate lets this node found no cluster. ll-node bootstrap-confirm sets it. \
      clear is for a person who knows that the cluster is gone for good: with its peers down, a node that has lost its disk \
      would found a second one.
      """)

  @Argument(help: "get, set (where it is set, nothing changes) or clear.")
  var action = Action.get

  @Option(help: "How the result is printed: text or json.")
  var format = Format.text

  @OptionGroup var tpm: TPMOptions

  mutating func run() async throws {
    let device = try tpm.open()
    let state: InitialisedIndex.State
    do throws(UnsealError) {
      switch action {
      case .get: state = try await InitialisedIndex.state(device)
      case .set: state = try await InitialisedIndex.set(at: UInt64(max(0, time(nil))), in: device)
      case .clear:
        let before = try await InitialisedIndex.clear(in: device)
        if case .set(let seconds) = before {
          Output.error.line("ll-tpm: it was set \(Self.text(seconds)); this node may found a cluster now")
        }
        state = try await InitialisedIndex.state(device)
      }
    } catch {
      throw Failure.said(error)
    }
    show(state)
  }

  private func show(_ state: InitialisedIndex.State) {
    let time: String? = if case .set(let seconds) = state { Self.text(seconds) } else { nil }
    switch format {
    case .text: Output.standard.line(time.map { "set \($0)" } ?? "unset")
    case .json:
      let value = JSONText.object([
        .init("initialised", .boolean(time != nil)), .init("time", time.map { .string($0) } ?? .null),
      ])
      Output.standard.write(value.compact + [UInt8(ascii: "\n")])
    }
  }

  /// As RFC 3339 has it, in UTC; a time that no calendar has, in seconds.
  private static func text(_ seconds: UInt64) -> String {
    var moment = time_t(clamping: seconds)
    var parts = tm()
    var buffer = [CChar](repeating: 0, count: 64)
    guard gmtime_r(&moment, &parts) != nil else { return "\(seconds)" }
    let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    guard length > 0 else { return "\(seconds)" }
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
