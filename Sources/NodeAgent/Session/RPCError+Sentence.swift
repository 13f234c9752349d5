import GRPCCore
import Glibc
import NIOCore

extension RPCError {
  /// What became of the stream, on one line.
  var sentence: String {
    // The kernel's own word is what a person needs; the library wraps it three times.
    if code == .unavailable, let fault = cause as? IOError { return String(cString: strerror(fault.errnoCode)) }
    let cause = cause.map { " (\(Words.of("\($0)")))" } ?? ""
    // It stands in parentheses, and before a full stop of others.
    return "\(code): \(Words.of(message.hasSuffix(".") ? String(message.dropLast()) : message))\(cause)"
  }
}
