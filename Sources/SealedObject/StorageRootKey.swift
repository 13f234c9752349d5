import BaseEncodings
import Diagnostics
public import TPMStructures

/// The storage root key that a sealed object lies under: where it is, and what it must be.
public struct StorageRootKey: Sendable, Hashable {
  /// Its persistent handle, 0x81…….
  public let handle: UInt32
  /// Its public area.
  public let publicArea: PublicArea

  /// The handle of the TCG's provisioning guidance.
  public static let defaultHandle: UInt32 = 0x8100_0001

  /// A key at a persistent handle; an error where it is not a storage key that stays in its TPM.
  public init(handle: UInt32, publicArea: PublicArea) throws(SealedObjectError) {
    guard handle >> 24 == 0x81 else { throw .value("the storage root key's handle", "is not persistent (0x81……)") }
    guard publicArea.attributes.isSuperset(of: [.fixedTPM, .fixedParent, .restricted, .decrypt]),
      !publicArea.attributes.contains(.signEncrypt), publicArea.nameAlgorithm != nil
    else { throw .value("the storage root key", "is not a storage key that stays in its TPM") }
    self.handle = handle
    self.publicArea = publicArea
  }

  /// What the TPM calls it.
  public var name: Name { publicArea.name }

  static let members = ["handle", "public"]

  init?(_ place: JSONFileReader.Place, _ reader: inout JSONFileReader) {
    let members = reader.members(place, Self.members)
    let handle = HandleText.handle(members["handle"], &reader)
    let area = reader.structure(members["public"], as: PublicArea.self)
    guard let handle, let area,
      let key = reader.attempt(
        at: place, { () throws(SealedObjectError) in try StorageRootKey(handle: handle, publicArea: area) })
    else { return nil }
    self = key
  }

  var json: JSONText {
    .object([
      JSONText.Member("handle", .string(HandleText.text(handle))),
      JSONText.Member("public", .string(Base64.string(publicArea.sizedWire))),
    ])
  }
}

/// A handle as `0x` and eight lower-case digits.
enum HandleText {
  static func text(_ handle: UInt32) -> String {
    var writer = WireWriter()
    writer.integer(handle)
    return "0x" + Hexadecimal.text(writer.bytes)
  }

  static func handle(_ place: JSONFileReader.Place?, _ reader: inout JSONFileReader) -> UInt32? {
    guard let place, let text = reader.string(place) else { return nil }
    guard let handle = UInt32(text.dropFirst(2), radix: 16), self.text(handle) == text else {
      reader.error("a handle as 0x and eight lower-case digits is expected", at: place)
      return nil
    }
    return handle
  }
}
