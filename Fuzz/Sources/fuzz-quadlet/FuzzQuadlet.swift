import Fuzzing
import Quadlet

/// Any bytes as a folder of quadlets with drop-ins.
@main
struct FuzzQuadlet {
  static func main() {
    Fuzzer.run { start, count in
      FolderCheck(Folder(Fuzzer.bytes(start, count))).check()
      return 0
    }
  }
}
