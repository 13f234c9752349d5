import Foundation

/// This host's name.
enum HostName {
  static var current: String { ProcessInfo.processInfo.hostName }
}
