import CTSS2
import Glibc
import TPMStructures

/// An open TCTI, watched on its way: commands are counted, and the buffer that secrets pass through can be wiped.
final class WatchedLine {
  private let watched: UnsafeMutablePointer<ll_watched_tcti>

  /// Opens the TCTI; `failure` is what tss2 says.
  init(_ tcti: TCTI) throws(TPMError) {
    var line: OpaquePointer?
    let code = Tss2_TctiLdr_Initialize(tcti.description, &line)
    guard code == 0, line != nil else { throw TPMError.unreachable(tcti, ResponseCode(rawValue: code)) }
    watched = .allocate(capacity: 1)
    watched.initialize(to: ll_watched_tcti())
    watched.pointee.line = line
    watched.pointee.common.v1.magic = 0x4C4C_5750_4D32_5443
    watched.pointee.common.v1.version = 2
    watched.pointee.common.v1.transmit = { context, size, command in
      guard let watched = WatchedLine.state(context), let line = WatchedLine.line(watched) else { return badReference }
      watched.pointee.transmitted += 1
      return line.common.v1.transmit?(line.context, size, command) ?? notImplemented
    }
    watched.pointee.common.v1.receive = { context, size, response, timeout in
      guard let watched = WatchedLine.state(context), let line = WatchedLine.line(watched) else { return badReference }
      if let response, let size {
        watched.pointee.buffer = response
        watched.pointee.capacity = size.pointee
      }
      return line.common.v1.receive?(line.context, size, response, timeout) ?? notImplemented
    }
    watched.pointee.common.v1.cancel = { context in
      guard let watched = WatchedLine.state(context), let line = WatchedLine.line(watched) else { return badReference }
      return line.common.v1.cancel?(line.context) ?? notImplemented
    }
    watched.pointee.common.v1.getPollHandles = { context, handles, count in
      guard let watched = WatchedLine.state(context), let line = WatchedLine.line(watched) else { return badReference }
      return line.common.v1.getPollHandles?(line.context, handles, count) ?? notImplemented
    }
    watched.pointee.common.v1.setLocality = { context, locality in
      guard let watched = WatchedLine.state(context), let line = WatchedLine.line(watched) else { return badReference }
      return line.common.v1.setLocality?(line.context, locality) ?? notImplemented
    }
    watched.pointee.common.makeSticky = { context, handle, sticky in
      guard let watched = WatchedLine.state(context), let line = WatchedLine.line(watched),
        line.common.v1.version >= 2
      else { return badReference }
      return line.common.makeSticky?(line.context, handle, sticky) ?? notImplemented
    }
  }

  deinit {
    Tss2_TctiLdr_Finalize(&watched.pointee.line)
    watched.deallocate()
  }

  /// What ESAPI takes as its TCTI. It does not outlive this object.
  var context: OpaquePointer { OpaquePointer(watched) }

  /// How many commands were sent.
  var transmitted: Int { Int(watched.pointee.transmitted) }

  /// Overwrites the buffer in which ESAPI encoded the last command and decrypted the last response. Only between
  /// commands.
  func wipe() {
    guard let buffer = watched.pointee.buffer else { return }
    explicit_bzero(buffer, watched.pointee.capacity)
  }

  private static func state(_ context: OpaquePointer?) -> UnsafeMutablePointer<ll_watched_tcti>? {
    context.map { UnsafeMutablePointer<ll_watched_tcti>($0) }
  }

  private static func line(
    _ watched: UnsafeMutablePointer<ll_watched_tcti>
  ) -> (context: OpaquePointer, common: TSS2_TCTI_CONTEXT_COMMON_V2)? {
    guard let line = watched.pointee.line else { return nil }
    let first = UnsafePointer<TSS2_TCTI_CONTEXT_COMMON_V1>(line)
    var common = TSS2_TCTI_CONTEXT_COMMON_V2()
    common.v1 = first.pointee
    // A version 1 TCTI ends before makeSticky.
    if first.pointee.version >= 2 { common = UnsafePointer<TSS2_TCTI_CONTEXT_COMMON_V2>(line).pointee }
    return (line, common)
  }
}

// TSS2_TCTI_RC_BAD_REFERENCE and TSS2_TCTI_RC_NOT_IMPLEMENTED, which are casts that Swift does not import.
private let badReference: TSS2_RC = 0x000A_0005
private let notImplemented: TSS2_RC = 0x000A_0002
