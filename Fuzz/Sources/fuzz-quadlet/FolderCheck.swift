import Diagnostics
import Fuzzing
import Quadlet
import SystemdUnit

/// What holds for whatever folder is converted.
struct FolderCheck {
  private let folder: Folder

  init(_ folder: Folder) { self.folder = folder }

  func check() {
    let conversion = convert(folder.files)
    checkPlaces(conversion.report)
    expect(conversion.failures.isEmpty || conversion.report.hasErrors, "a failure without an error")
    let mayMislead =
      conversion.report.findings.contains { $0.message.contains("ends in a backslash") }
      || folder.files.contains { $0.bytes.contains(0) || $0.bytes.contains(UInt8(ascii: "\r")) }
    for service in conversion.produced { check(service, mayMislead: mayMislead) }
    for (link, target) in conversion.symlinks {
      expect(!link.isEmpty && !target.isEmpty && !link.hasPrefix("/"), "the link \(link) to \(target)")
    }
    // Which of two files with one path counts is decided by their order; all else is not.
    if Set(folder.files.map(\.path)).count == folder.files.count, !folder.files.contains(where: \.isUnclean) {
      let reversed = convert(folder.files.reversed())
      expect(reversed == conversion, "the order of the files counts")
    }
    for file in folder.files { check(file) }
  }

  private func convert(_ files: [QuadletFile]) -> Conversion {
    QuadletGenerator(files: files, mode: folder.mode, podman: folder.podman).convert()
  }

  private func checkPlaces(_ report: Report) {
    for finding in report.findings.prefix(16) {
      guard let position = finding.position else { continue }
      let files = folder.files.filter { $0.path == finding.file }
      // A path that is not clean is named as it is when clean.
      if let file = files.first, files.count == 1 { Places(file.bytes).expectInside(position, finding.message) }
    }
  }

  private func check(_ service: Conversion.Service, mayMislead: Bool) {
    expect(service.name.hasSuffix(".service"), "\(service.name) is no service")
    var report = Report()
    let file = UnitFile(parsing: service.text, report: &report)
    // podman prints what systemd reads as the end of a line, or as none; of the second its author is told.
    if !mayMislead {
      expect(file.value(of: "SourcePath", in: "Unit") != nil, "\(service.name) has no SourcePath=: \(service.text)")
    }
  }

  private func check(_ file: QuadletFile) {
    guard let name = file.path.split(separator: "/").last.map(String.init) else { return }
    var report = Report()
    guard let unit = QuadletUnit(name: name, parsing: file.bytes, report: &report) else { return }
    expect(unit.serviceName.hasSuffix(".service"), "\(unit.serviceName) is no service")
    let found = unit.validate(for: folder.podman)
    Places(file.bytes).expectInside(found)
    if report.hasErrors || unit.file.validate().hasErrors { return }
    let written = QuadletFile(unit)
    var expected = unit
    expected.file = unit.file.asWritten
    var second = Report()
    let again = QuadletUnit(name: written.path, parsing: written.bytes, report: &second)
    expect(again == expected, "\(name) read again: \(String(describing: again)), not \(expected)")
    expect(second == Report(), "findings in what was written: \(second.findings)")
    expect(again.map { QuadletFile($0).bytes } == QuadletFile(expected).bytes, "a second writing differs")
  }
}

extension QuadletFile {
  fileprivate var isUnclean: Bool {
    path.isEmpty
      || path.split(separator: "/", omittingEmptySubsequences: false).contains { ["", ".", ".."].contains($0) }
  }
}
