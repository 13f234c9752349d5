import Fuzzing

/// Any bytes as an answer of a kubelet: the first byte says to which question.
@main
struct FuzzKubelet {
  static func main() {
    Fuzzer.run { start, count in
      let bytes = Fuzzer.bytes(start, count)
      guard let first = bytes.first else { return 0 }
      let all = AnswerCheck.allCases
      all[Int(first) % all.count].check(Array(bytes.dropFirst()))
      return 0
    }
  }
}
