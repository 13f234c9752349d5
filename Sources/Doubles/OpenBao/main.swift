import Foundation
import OpenBaoDouble

// Multi-call: it is `bao` inside its image.
Log.banner()
signal(SIGPIPE, SIG_IGN)
let words = Array(CommandLine.arguments.dropFirst())
switch words.first {
case "server": exit(await ServerCommand.run(Array(words.dropFirst())))
case "agent": exit(await AgentCommand.run(Array(words.dropFirst())))
case "status":
  let (status, output, errors) = await StatusCommand.run(Array(words.dropFirst()))
  FileHandle.standardOutput.write(Data(output.utf8))
  FileHandle.standardError.write(Data(errors.utf8))
  exit(status)
case "demo": exit(await DemoCommand.run(Array(words.dropFirst())))
case "token": exit(DemoCommand.token(Array(words.dropFirst())))
case "version", "-version", "--version", "-v":
  print("THIS IS A DOUBLE OF OpenBao, NOT OpenBao (it plays v2.6.2)")
  exit(0)
case let other:
  FileHandle.standardError.write(
    Data("the double has no command \(other ?? "at all"): server, agent, status, demo, token, version\n".utf8))
  exit(127)
}
