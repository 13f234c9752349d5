/// Many samples of this machine in one process.
enum Endurance {
  static func run(samples: Int) -> Goal {
    let ours = Contender.ours(.all, rootfs: "/")
    ours.turn(2000)
    let (heap, anonymous) = (ours.heap, ours.memory.anonymous)
    ours.turn(samples)
    let (laterHeap, laterAnonymous) = (ours.heap, ours.memory.anonymous)
    Table.header("\(samples) samples of this machine", ["heap KiB", "anon MiB"])
    Table.row("before", [Double(heap) / 1024, anonymous])
    Table.row("after", [Double(laterHeap) / 1024, laterAnonymous])
    // A device or a mount that came meanwhile may be kept; a sample may not.
    return Goal(
      words: "no heap growth over \(samples) samples (less than a byte for each)", isMet: laterHeap - heap < samples)
  }
}
