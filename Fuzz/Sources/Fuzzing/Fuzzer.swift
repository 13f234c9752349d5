import CFuzzer

/// libFuzzer around one function.
public enum Fuzzer {
  /// Runs libFuzzer with this process's arguments on `test`, which ends the process at a find.
  public static func run(_ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt) {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    _ = LLVMFuzzerRunDriver(&count, &arguments, test)
  }

  /// The input that libFuzzer hands over.
  public static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: start, count: count))
  }
}

/// Ends the process with `message` where `condition` does not hold: that is how libFuzzer learns of a find.
public func expect(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
