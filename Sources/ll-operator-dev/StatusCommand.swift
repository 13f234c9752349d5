import ArgumentParser
import Console
import OperatorDev

/// `ll-operator-dev status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "What an operator promised, from its state file: seats, grants, entitlement.")

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: ArgumentHelp("The operator's state.", valueName: "FILE"), transform: Path.absolute)
  var state: String

  @Option(help: "How to print it.")
  var format = Format.table

  mutating func run() throws {
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
}
