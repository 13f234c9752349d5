/// How many times slower a machine's processor is than this one's: the same small program timed on both, in the same run.
public enum CPUFactor {
  /// The program, for sh(1) of the lab's tree: it prints one line with the time that a counting loop took.
  static let program =
    "s=$(date +%s%N); i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; e=$(date +%s%N); "
    + "echo \(mark)$((e-s))"
  private static let mark = "LAB_CPU_NANOSECONDS="

  /// The unit that runs the program on a machine, after its last proof so that it takes none of the node's time.
  static let unit = "lab-cpu.service"

  /// The unit's text. Its dollar signs are doubled (systemd.service(5), "Command lines").
  static func unitText(after lastProof: String) -> String {
    let line = program.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
      .split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    return """
      [Unit]
      Description=LAB: how fast this machine's processor is
      After=\(lastProof)

      [Service]
      Type=oneshot
      ExecStart=/bin/sh -c '\(line)'

      [Install]
      WantedBy=multi-user.target

      """
  }

  /// The time in a line that the program printed, in nanoseconds; `nil` in another line.
  static func nanoseconds(_ line: String) -> Int? {
    guard line.hasPrefix(mark), let number = Int(line.dropFirst(mark.count)), number > 0 else { return nil }
    return number
  }

  /// The time that the unit told in a journal, in nanoseconds; `nil` where it has not run.
  public static func nanoseconds(in entries: [JournalEntry]) -> Int? {
    entries.lazy.filter { $0["_SYSTEMD_UNIT"] == unit }.compactMap { nanoseconds($0.message) }.first
  }

  /// The factor in thousandths, at least 1000: a machine that is faster than this one gets no less time.
  public static func thousandths(machine: Int, here: Int) -> Int { max(1000, machine / max(1, here / 1000)) }
}
