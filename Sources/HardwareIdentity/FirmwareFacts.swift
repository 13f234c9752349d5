import HostFS

/// What the firmware says of the machine: SMBIOS as the kernel's `dmi-id` shows it, else the devicetree.
struct FirmwareFacts {
  let root: HostRoot
  let credentials: String?

  func productUUID() -> HardwareFact.Reading {
    reading(.productUUID, "class/dmi/id/product_uuid", devicetree: "firmware/devicetree/base/vm,uuid") { text, source in
      let uuid = text.lowercased()
      guard Self.isUUID(uuid) else { return .absent(.malformed(text, source: source)) }
      if Placeholder.isUUID(uuid) { return .absent(.placeholder(text, source: source)) }
      return .present(FactValue(uuid, source: source))
    }
  }

  func boardSerial() -> HardwareFact.Reading {
    reading(
      .boardSerial, "class/dmi/id/board_serial", devicetree: "firmware/devicetree/base/serial-number", Self.serial)
  }

  func chassisSerial() -> HardwareFact.Reading {
    reading(.chassisSerial, "class/dmi/id/chassis_serial", devicetree: nil, Self.serial)
  }

  // A credential, the file, and where the machine has no SMBIOS the devicetree.
  private func reading(
    _ name: FactName, _ path: StaticString, devicetree: StaticString?,
    _ accept: (_ text: String, _ source: String) -> HardwareFact.Reading
  ) -> HardwareFact.Reading {
    if let text = credential(name) { return accept(text, "credential \(name.rawValue)") }
    do throws(ReadError) {
      return accept(try text(path), "/sys/\(path)")
    } catch {
      if error.cause == .absent, let devicetree, let text = optional(devicetree) {
        return accept(text, "/sys/\(devicetree)")
      }
      if error.cause == .denied { return .absent(.denied(error, credential: name.rawValue)) }
      return .absent(.unreadable(error))
    }
  }

  private func text(_ path: StaticString) throws(ReadError) -> String {
    try root.read(.sys, path, limit: 1 << 16) { $0.trimmed.string }
  }

  // Not every devicetree has it; what is said then is that SMBIOS has not.
  private func optional(_ path: StaticString) -> String? {
    do throws(ReadError) {
      return try text(path)
    } catch {
      return nil
    }
  }

  // A credential with the text `absent` is what a unit sets for a file that the machine does not have.
  private func credential(_ name: FactName) -> String? {
    guard let credentials else { return nil }
    do throws(ReadError) {
      let text = try HostRoot(rootfs: credentials).directory(.root, ".").text(named: name.rawValue)
      return text == "absent" ? nil : text
    } catch {
      return nil
    }
  }

  private static func serial(_ text: String, _ source: String) -> HardwareFact.Reading {
    if Placeholder.isSerial(text) { return .absent(.placeholder(text, source: source)) }
    return .present(FactValue(text, source: source))
  }

  // RFC 9562's text form, in lower case.
  private static func isUUID(_ text: String) -> Bool {
    let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return groups.map(\.count) == [8, 4, 4, 4, 12]
      && groups.joined().allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}
