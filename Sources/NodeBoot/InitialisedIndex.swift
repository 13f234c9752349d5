import Glibc

/// This TPM's memory of whether its node was part of an initialised cluster (its NV index `initialised`).
public protocol InitialisedIndex: Sendable {
  /// When it was set; `nil` where it is not. An error where that cannot be known.
  func time() throws(BootstrapFault) -> String?
  /// Sets it, unless it is set.
  func set() throws(BootstrapFault)
}

/// The same through `ll-tpm initialised`, which lies beside this program: tss2 and its modules are not loaded into a process that every kubelet waits for.
public struct TPMProgram: InitialisedIndex {
  private let program: Program

  /// The program `ll-tpm` in this program's own folder. It gets `LL_TCTI` of this process's environment, and nothing else of it.
  public init() throws(BootstrapFault) {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw BootstrapFault("cannot tell where this program lies: \(String(cString: strerror(errno)))")
    }
    defer { free(path) }
    let own = String(cString: path)
    let folder = own.lastIndex(of: "/").map { own[..<$0] } ?? ""
    self.init(path: "\(folder)/ll-tpm")
  }

  /// The program at `path`.
  public init(path: String) {
    let tcti = getenv("LL_TCTI").map { ["LL_TCTI": String(cString: $0)] } ?? [:]
    program = Program(path: path, environment: tcti, deadline: .seconds(60))
  }

  /// When it was set, in the program's words.
  public func time() throws(BootstrapFault) -> String? {
    let line = try run("get")
    if line == "unset" { return nil }
    guard line.hasPrefix("set ") else { throw unknown(line) }
    return String(line.dropFirst("set ".count))
  }

  /// Sets it.
  public func set() throws(BootstrapFault) {
    let line = try run("set")
    guard line.hasPrefix("set ") else { throw unknown(line) }
  }

  private func run(_ action: String) throws(BootstrapFault) -> String {
    let outcome = program.run(["initialised", action])
    if let fault = outcome.fault {
      throw BootstrapFault(
        "ll-tpm initialised \(action): \(fault)", advice: "ll-tpm doctor says what the TPM lacks")
    }
    return String(decoding: outcome.output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private func unknown(_ line: String) -> BootstrapFault {
    BootstrapFault("\(program.path) initialised: answers \(line.debugDescription)")
  }
}
