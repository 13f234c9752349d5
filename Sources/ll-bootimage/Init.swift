import ArgumentParser
import BootImage

/// `ll-bootimage init`
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Writes a commented cluster.yaml and the two image definitions to start from.")

  @Argument(help: ArgumentHelp("The folder to write into; made where it does not exist.", valueName: "DIR"))
  var folder: String

  func validate() throws {
    if folder.isEmpty { throw ValidationError("DIR must not be empty") }
  }

  func run() throws {
    try Terminal.environment { () throws(FileError) in try InitTemplates.write(into: folder) }
    for (path, _) in InitTemplates.files { Terminal.line("\(folder)/\(path)") }
    Terminal.error("Next: edit them, then ll-bootimage build --cluster \(folder)/cluster.yaml --out \(folder)/out")
  }
}
