// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  targets: [
    .executableTarget(name: "bench", swiftSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(name: "bench-tpm", swiftSettings: [.treatAllWarnings(as: .error)]),
  ],
  swiftLanguageModes: [.v6]
)
