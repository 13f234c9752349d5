import ArgumentParser
import BootImage
import Glibc

/// `ll-bootimage init`
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a commented cluster.yaml and the two image definitions to start from.")

  @Argument(help: ArgumentHelp("The folder to write into; made where it does not exist.", valueName: "DIR"))
  var folder: String

  func run() throws {
    for (path, _) in InitTemplates.files where HostFile.exists("\(folder)/\(path)") {
      Terminal.error("ll-bootimage: \(folder)/\(path) exists already; nothing was written")
      throw ExitStatus.environment
    }
    try Terminal.environment { () throws(FileError) in
      for (path, text) in InitTemplates.files {
        try HostFile.makeFolders(for: "\(folder)/\(path)")
        try HostFile.replace("\(folder)/\(path)", with: Array(text.utf8))
      }
    }
    for (path, _) in InitTemplates.files { print("\(folder)/\(path)") }
    Terminal.error("Next: edit them, then ll-bootimage build --cluster \(folder)/cluster.yaml --out \(folder)/out")
  }
}
