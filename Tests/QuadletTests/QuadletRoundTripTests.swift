import Diagnostics
import Quadlet
import SystemdUnit
import TestSupport
import Testing

/// What is read can be written, and what is written is read again as it was.
@Suite("Round trips of podman's own cases", .enabled(if: SharedFolder.url != nil, "needs the shared folder"))
struct QuadletRoundTripTests {
  @Test("every file of every case is read again as it was, and written again as the same bytes")
  func files() {
    var count = 0
    for unit in ConformanceCase.all.flatMap(\.units) {
      var report = Report()
      let file = UnitFile(parsing: unit.text, dialect: .podman, report: &report)
      if report.hasErrors { continue }
      let again = UnitFile(parsing: file.text, dialect: .podman, report: &report)
      #expect(again == file, "\(unit.filename)")
      #expect(again.text == file.text, "\(unit.filename)")
      #expect(report.isEmpty)
      count += 1
    }
    #expect(count == 550)
  }

  @Test("a case whose files were read and written converts as before")
  func conversions() {
    for conformance in ConformanceCase.all {
      var rewritten = conformance
      for index in rewritten.units.indices {
        var report = Report()
        let file = UnitFile(parsing: rewritten.units[index].text, dialect: .podman, report: &report)
        if !report.hasErrors { rewritten.units[index].text = file.text }
      }
      let (before, after) = (conformance.converted, rewritten.converted)
      #expect(after.produced == before.produced, "\(conformance.name)")
      #expect(after.symlinks == before.symlinks, "\(conformance.name)")
      #expect(after.failures == before.failures, "\(conformance.name)")
    }
  }
}

@Suite("What fuzzing found in quadlets")
struct QuadletFindTests {
  @Test("a value that ends in a backslash is printed as podman prints it, and warned of where systemd reads on")
  func trailingBackslash() {
    let text = "[Network]\n[Service]\nE=\\\\"
    let conversion = QuadletGenerator(files: [QuadletFile(path: "s.network", text: text)]).convert()
    // As podman 5.4.2 prints it.
    let printed = "[X-Network]\n\n[Service]\nE=\\\nExecStart=/usr/bin/podman network create --ignore systemd-s\n"
    #expect(conversion.services["s-network.service"]?.contains(printed) == true)
    #expect(
      conversion.report.findings.map(\.description) == [
        "s.network:3:1: warning: E=: ends in a backslash, so systemd takes the next line of the service for a part of it"
      ])
    var report = Report()
    let service = UnitFile(parsing: conversion.services["s-network.service"] ?? "", report: &report)
    #expect(service.value(of: "ExecStart", in: "Service") == nil)
  }

  @Test("a value that ends in a whole escape, or that only podman reads, is not warned of")
  func harmlessBackslash() {
    for text in ["[Network]\n[Service]\nE=\\\\\\", "[Service]\n[Network]\nDNS=\\\\"] {
      let conversion = QuadletGenerator(files: [QuadletFile(path: "s.network", text: text)]).convert()
      #expect(conversion.report.isEmpty, "\(conversion.report.findings)")
    }
  }
}
