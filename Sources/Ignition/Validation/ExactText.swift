/// A text that equals only a text of the same bytes. Strings also equal their other Unicode forms; files and Ignition's
/// keys do not.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  init(_ bytes: some Sequence<UInt8>) { text = String(decoding: Array(bytes), as: UTF8.self) }

  static func == (left: ExactText, right: ExactText) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
