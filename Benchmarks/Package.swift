// swift-tools-version: 6.2
import PackageDescription

// bench-metrics needs the collectors themselves, sample after sample in one process; their sources are links into
// ../Sources. The other benchmarks run the programs.

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Benchmarks",
  targets: [
    .executableTarget(name: "bench", swiftSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(name: "bench-tpm", swiftSettings: [.treatAllWarnings(as: .error)]),

    .systemLibrary(name: "CHostFS"),
    .target(name: "Diagnostics", swiftSettings: settings),
    .target(name: "HostFS", dependencies: ["CHostFS"], swiftSettings: settings),
    .target(name: "NodeMetrics", dependencies: ["HostFS", "Diagnostics"], swiftSettings: settings),
    .systemLibrary(name: "CMalloc"),
    .executableTarget(
      name: "bench-metrics", dependencies: ["NodeMetrics", "HostFS", "CMalloc"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
