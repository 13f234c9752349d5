import ArgumentParser
import Console
import Diagnostics
import FoundationEssentials
import NodeAgent

/// What `status` and `explain` share: they ask the running agent, and read what it left behind where none runs.
struct StatusQuery {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  /// What an answer has that is shown to a person.
  struct Answer: Decodable {
    struct Check: Decodable {
      var name: String
      var outcome: String
      var words: String
    }

    var node: String
    var sentence: String
    var advice: String
    var settingsFault: String?
    var checks: [Check]?
  }

  let command: String
  let question: StatusQuestion

  /// Prints the answer. Ends with ``Exit/environment`` where no agent runs. Settings that are wrong keep nobody from
  /// asking the agent that runs with those of before: they are said first, and decide the exit.
  func run(_ options: SettingsOptions, _ format: Format) throws {
    let socket: String
    var read: (settings: AgentSettings, plan: RunSettings)?
    var verdict: Exit?
    do throws(SettingsError) {
      let proving = try options.readProving()
      (read, socket) = (proving, proving.plan.socketPath)
    } catch {
      verdict = error.said()
      socket = RunSettings.socketPath(error.partial.session)
    }
    let bytes: [UInt8]
    do throws(ServiceError) {
      bytes = try StatusClient.ask(question, at: socket)
    } catch {
      Output.error.line("\(command): error: \(error)")
      verdict = verdict ?? .environment
      guard case .notRunning = error, let read else { throw verdict ?? .environment }
      bytes = try remembered(read.plan, root: read.settings.rootDirectory ?? "/")
    }
    switch format {
    case .json: Output.standard.write(bytes + [UInt8(ascii: "\n")])
    case .text: try lines(bytes).forEach(Output.standard.line)
    }
    if let verdict { throw verdict }
  }

  private func remembered(_ plan: RunSettings, root: String) throws -> [UInt8] {
    do {
      let status = try AgentStatus.remembered(plan.agent, clock: .system(root: root))
      return status.json(explaining: question == .explain).compact
    } catch {
      Output.error.line("\(command): error: what it left behind cannot be read: \(error)")
      throw Exit.environment
    }
  }

  private func lines(_ bytes: [UInt8]) throws -> [String] {
    let answer: Answer
    do {
      answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
    } catch {
      Output.error.line("\(command): error: the agent's answer cannot be read: is it of another version?")
      throw Exit.environment
    }
    let width = (answer.checks ?? []).map(\.name.count).max() ?? 0
    return [answer.sentence] + (answer.advice.isEmpty ? [] : [answer.advice])
      + (answer.settingsFault.map { [$0] } ?? [])
      + (answer.checks ?? []).map { check in
        let name = check.name + String(repeating: " ", count: width - check.name.count)
        // Columns, but nothing behind the last word.
        return "  \(Self.mark(check.outcome))  " + (check.words.isEmpty ? check.name : "\(name)  \(check.words)")
      }
  }

  private static func mark(_ result: String) -> String {
    switch result {
    case "passed": "ok     "
    case "failed": "FAILED "
    case "pending": "pending"
    default: "-      "
    }
  }
}

/// `ll-agent status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say whether this node is licensed: since when, why not, how much time is left.",
    discussion: """
      Asks the agent that runs here, as root, and ends with 0 whatever it answers; for programs `licensed` stands in \
      --format json. Without an agent it says what the last one left behind, and ends with 3. Settings that are wrong \
      are said too, and end it with 1.
      """)

  @Option(help: "How to print it.")
  var format: StatusQuery.Format = .text

  @OptionGroup var options: SettingsOptions

  func run() throws { try StatusQuery(command: "status", question: .status).run(options, format) }
}

/// `ll-agent explain`
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say the same as status with every check, in the order in which each relies on the one before.",
    discussion: """
      Asks the agent that runs here, as root, and ends with 0 whatever it answers; for programs `licensed` stands in \
      --format json. Without an agent it says what the last one left behind, and ends with 3. Settings that are wrong \
      are said too, and end it with 1.
      """)

  @Option(help: "How to print it.")
  var format: StatusQuery.Format = .text

  @OptionGroup var options: SettingsOptions

  func run() throws { try StatusQuery(command: "explain", question: .explain).run(options, format) }
}
