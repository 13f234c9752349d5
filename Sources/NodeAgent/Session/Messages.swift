import FoundationEssentials
import LicenseProtocol

// The generated names carry the whole package's name; here there is only one.
typealias NodeMessage = Lowlayer_Agent_V1_NodeMessage
typealias OperatorMessage = Lowlayer_Agent_V1_OperatorMessage

extension [UInt8] {
  /// The bytes, as messages hold them.
  var data: Data { Data(self) }
}
