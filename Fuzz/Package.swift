// swift-tools-version: 6.2
import PackageDescription

// The parsers under libFuzzer: scripts/fuzz builds and runs this. A package of its own, so that the flags which count
// coverage and watch every access reach the parsers here and nothing that is shipped. Their sources are links into
// ../Sources; Debian's gold cannot link what the sanitizers make, so lld does.

let instrumented = ["-sanitize=fuzzer,address"]

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .unsafeFlags(instrumented),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["Fuzzing", "Diagnostics"], swiftSettings: settings,
    linkerSettings: [.unsafeFlags(instrumented + ["-use-ld=lld"])])
}

let package = Package(
  name: "Fuzz",
  targets: [
    room("Diagnostics"),
    room("SystemdUnit", ["Diagnostics"]),
    room("BaseEncodings"),
    room("Ignition", ["BaseEncodings", "Diagnostics", "SystemdUnit"]),
    room("Quadlet", ["Diagnostics", "SystemdUnit"]),

    .systemLibrary(name: "CHostFS"),
    room("HostFS", ["CHostFS"]),
    // The parsers are internal: nobody but the collectors needs them.
    .target(
      name: "NodeMetrics", dependencies: ["HostFS", "Diagnostics"],
      swiftSettings: settings + [.unsafeFlags(["-enable-testing"])]),

    // What reads the answers, without what fetches them: NIO and TLS are fuzzed where they come from.
    .target(
      name: "Kubelet",
      sources: [
        "JSONAnswer.swift", "KubeletError.swift", "KubeletHealth.swift", "PodPhases.swift", "ResourceMetrics.swift",
        "StatsSummary.swift",
      ], swiftSettings: settings + [.unsafeFlags(["-enable-testing"])]),

    .target(name: "CFuzzer"),
    .target(name: "Fuzzing", dependencies: ["CFuzzer", "Diagnostics", "SystemdUnit"], swiftSettings: settings),
    fuzzer("fuzz-json", ["Ignition"]),
    fuzzer("fuzz-unit", ["SystemdUnit"]),
    fuzzer("fuzz-quadlet", ["Quadlet", "SystemdUnit"]),
    fuzzer("fuzz-proc", ["NodeMetrics", "HostFS"]),
    fuzzer("fuzz-kubelet", ["Kubelet", "NodeMetrics", "HostFS"]),
  ],
  swiftLanguageModes: [.v6]
)
