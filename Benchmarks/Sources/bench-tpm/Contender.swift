import Glibc

/// One way to give the secret back.
struct Contender {
  let name: String
  /// The programs, one after the other.
  let chain: [[String]]
  /// Where the secret is afterwards.
  let released: String

  /// Runs it once. What it left in the TPM is flushed afterwards, which the kernel's resource manager would do at its
  /// end.
  func run(_ node: Node) -> Cost {
    unlink(released)
    var cost = Cost(chain[0])
    for words in chain.dropFirst() { cost = cost + Cost(words) }
    guard Node.bytes(released) == node.secret else { fail("\(name) gave another secret") }
    node.flush()
    return cost
  }

  /// How many commands the TPM was sent by one run.
  func commands(_ node: Node) -> Int {
    unlink(released)
    let count = node.counted { for words in chain { _ = Cost(words) } }
    node.flush()
    return count
  }

  /// Ours first, then tpm2-tools, then what else is installed.
  static func all(_ node: Node) -> [Contender] {
    var all = [
      Contender(
        name: "ll-tpm unseal (standard: authorized, PCR 7, 13, epoch)",
        chain: [[node.program, "unseal", "--blob", node.path("blob.pem"), "--out", node.inMemory("ours")]],
        released: node.inMemory("ours")),
      Contender(
        name: "tpm2_load, tpm2_unseal, tpm2_flushcontext (PCR 7, 13)",
        chain: [
          [
            "tpm2_load", "-C", "0x81000001", "-u", node.path("o.pub"), "-r", node.path("o.priv"), "-c",
            node.path("o.ctx"),
          ],
          ["tpm2_unseal", "-c", node.path("o.ctx"), "-p", "pcr:sha256:7,13", "-o", node.inMemory("tools")],
          ["tpm2_flushcontext", "-t"],
        ], released: node.inMemory("tools")),
    ]
    for (name, program) in node.systemdCreds {
      let credential = node.path("\(all.count).cred")
      let device = ["--tpm2-device=\(node.tcti)", "--name=secret"]
      _ = Cost(
        program + ["encrypt", "--with-key=tpm2", "--tpm2-pcrs=7+13"] + device + [node.path("secret"), credential])
      node.flush()
      let released = node.inMemory("\(all.count)")
      all.append(
        Contender(name: name, chain: [program + ["decrypt"] + device + [credential, released]], released: released))
    }
    return all
  }
}
