import ArgumentParser
import Console
import OperatorDev

/// `ll-operator-dev status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "What an operator promised, from its state file: seats, grants, entitlement.",
    discussion: """
      What no flag says the environment may: LL_STATE for --state, LL_FORMAT for --format. A state is needed.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: ArgumentHelp("The operator's state.", valueName: "FILE"), transform: Path.absolute)
  var state: String?

  @Option(help: "How to print it. (default: table)")
  var format: Format?

  mutating func run() throws {
    guard let state = try state ?? Variable.path("STATE") else {
      throw NeededSettings.unsaid([("state", false)])
    }
    let format = try format ?? Self.format(Variable.text("FORMAT"))
    let status: OperatorStatus
    do throws(OperatorError) {
      status = try OperatorStatus(file: state)
    } catch {
      Output.error.line(error.description)
      throw Exit.environment
    }
    switch format {
    case .table: Output.standard.write(Array(status.table.utf8))
    case .json: Output.standard.write(status.json)
    }
  }

  private static func format(_ text: String?) throws -> Format {
    guard let text else { return .table }
    guard let format = Format(rawValue: text) else {
      throw ValidationError("LL_FORMAT: \(text.debugDescription) is not table or json.")
    }
    return format
  }
}
