import Fuzzing
import SystemdUnit

/// What holds for whatever text is taken for a unit's name, or made one.
enum NameCheck {
  static func check(_ text: String) {
    guard text.utf8.count <= 512 else { return }
    let escaped = UnitName.escape(text)
    expect(UnitName.unescape(escaped)?.utf8.elementsEqual(text.utf8) == true, "\(escaped) unescaped")
    let name = "\(UnitName.escape(path: text)).mount"
    expect((UnitName(name) != nil) == (name.utf8.count <= UnitName.maximumLength), "\(name) is no name")
    guard let name = UnitName(text) else { return }
    let instance = name.instance.map { "@\($0)" } ?? ""
    expect("\(name.prefix)\(instance).\(name.type.rawValue)" == text, "\(name) put together again")
  }
}
