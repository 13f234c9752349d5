// swift-tools-version: 6.2
import PackageDescription

// Rooms and their arrows: docs/architecture.md. An arrow means "imports"; nothing imports upwards, and one C library has
// exactly one importer. scripts/check-imports holds the sources against the dependencies that are written here.

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioLocks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func double(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Doubles/\(name)", exclude: exclude,
    swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: fixtures ? ["Fixtures"] : [],
    swiftSettings: settings)
}

let package = Package(
  name: "low-layer-node",
  products: [
    .executable(name: "ll-bootimage", targets: ["ll-bootimage"]),
    .executable(name: "ll-node", targets: ["ll-node"]),
    .executable(name: "ll-tpm", targets: ["ll-tpm"]),
    .library(name: "Ignition", targets: ["Ignition", "Diagnostics"]),
    .library(name: "Quadlet", targets: ["Quadlet", "SystemdUnit", "Diagnostics"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C system libraries
    // Headers only: CCurlShim loads the library when something is fetched (docs/adr/0008-libcurl-when-needed.md).
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CCurlShim", dependencies: ["CCurl"]),
    .systemLibrary(name: "CTSS2", pkgConfig: "tss2-esys", providers: [.apt(["libtss2-dev"])]),
    .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(name: "CHostFS"),
    .target(name: "CLinux"),

    // Ground
    room("BaseEncodings"),
    room("Diagnostics"),
    room("Console"),
    room("HostFS", ["CHostFS"]),
    room("SecretMemory", ["CLinux"]),
    room("TPMStructures", ["BaseEncodings", "SecretMemory", crypto, cryptoExtras]),

    // Bindings
    room("HTTPFetch", ["CCurl", "CCurlShim", crypto]),
    room("TPM2", ["CTSS2", "TPMStructures", "SecretMemory"]),

    room("SystemdRuntime", ["CSystemd"]),

    // Formats
    room("SystemdUnit", ["Diagnostics"]),
    room("Ignition", ["BaseEncodings", "Diagnostics", "SystemdUnit"]),
    room("Quadlet", ["Diagnostics", "SystemdUnit"]),
    room("MeasuredBoot", ["BaseEncodings", "TPMStructures", "Diagnostics", "SystemdUnit"]),
    room("SealedObject", ["BaseEncodings", "TPMStructures", "SecretMemory", "Diagnostics", asn1, crypto]),
    room("BootApproval", ["MeasuredBoot", "SealedObject", "TPMStructures"]),
    room("Age", ["BaseEncodings", "SecretMemory", crypto, cryptoExtras]),
    room("PrivateKeys", ["BaseEncodings", "SecretMemory", crypto, cryptoExtras, asn1]),
    room("Recovery", ["SecretMemory", crypto, cryptoExtras]),
    room("PKI", ["BaseEncodings", "PrivateKeys", "SecretMemory", "Diagnostics", x509, asn1, crypto]),

    // Node domain
    room(
      "TPMUnseal",
      [
        "BaseEncodings", "TPM2", "SealedObject", "MeasuredBoot", "TPMStructures", "SecretMemory", "SystemdUnit",
        "Diagnostics", "CLinux",
      ]),
    room("NodeBoot", ["Diagnostics", "SystemdUnit", "HTTPFetch", x509, asn1, crypto]),

    room("NodeMetrics", ["HostFS", "Diagnostics"]),
    room("Kubelet", [asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL]),

    // Image domain
    room("BootChain", ["Diagnostics", "SystemdUnit", "Quadlet"]),
    room(
      "BootImage",
      ["CLinux", "Diagnostics", "SystemdUnit", "Ignition", "Quadlet", "BootChain", "HTTPFetch", "PKI", crypto, yams]),
    room(
      "Desk",
      [
        "BootImage", "PKI", "Age", "PrivateKeys", "Recovery", "SealedObject", "BootApproval", "MeasuredBoot",
        "TPMStructures", "SecretMemory", "BaseEncodings", "Diagnostics", "CLinux", crypto,
      ]),

    room("BootLab", ["BootChain", "Diagnostics"]),

    // Programs
    program(
      "ll-bootimage",
      [
        "BootImage", "BootLab", "Desk", "PKI", "Age", "SealedObject", "MeasuredBoot", "TPMStructures", "BootChain",
        "Ignition", "Quadlet", "Diagnostics", "HTTPFetch", "SecretMemory", argumentParser,
      ]),
    program("ll-node", ["NodeBoot", "Console", "Diagnostics", argumentParser]),
    program(
      "ll-tpm",
      [
        "TPMUnseal", "TPM2", "SealedObject", "MeasuredBoot", "BootApproval", "TPMStructures", "SecretMemory",
        "Diagnostics", "Console", "CLinux", argumentParser,
      ]),

    program(
      "ll-agent",
      [
        "NodeMetrics", "HostFS", "SystemdRuntime", "Kubelet", "SystemdUnit", "Console", "Diagnostics", argumentParser,
      ]),

    // Doubles: built for tests, the lab and the demo, never shipped
    double("OpenFiles", []),
    double(
      "OpenBaoDouble",
      [
        "OpenFiles", "Diagnostics", nioCore, nioLocks, nioPosix, nioHTTP1, nioSSL, nioTLS, x509, asn1, crypto,
        cryptoExtras,
      ],
      exclude: ["README.md"]),
    double(
      "KubernetesDouble", ["OpenFiles", nioCore, nioPosix, nioHTTP1, nioSSL, x509, asn1, crypto, cryptoExtras, yams]),
    .executableTarget(
      name: "openbao-double", dependencies: ["OpenBaoDouble"], path: "Sources/Doubles/OpenBao", swiftSettings: settings),
    .executableTarget(
      name: "kubernetes-double", dependencies: ["KubernetesDouble"], path: "Sources/Doubles/Kubernetes",
      swiftSettings: settings),

    // Tests
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("BaseEncodingsTests", ["BaseEncodings"]),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("SystemdUnitTests", ["SystemdUnit", "Diagnostics"]),
    tests("IgnitionTests", ["Ignition", "Diagnostics"], fixtures: true),
    tests("QuadletTests", ["Quadlet", "SystemdUnit", "Diagnostics"], fixtures: true),
    tests("SecretMemoryTests", ["SecretMemory"]),
    tests(
      "TPMStructuresTests", ["BaseEncodings", "TPMStructures", "SecretMemory", crypto, cryptoExtras], fixtures: true),
    tests("MeasuredBootTests", ["BaseEncodings", "MeasuredBoot", "TPMStructures", "Diagnostics"], fixtures: true),
    tests(
      "SealedObjectTests", ["BaseEncodings", "SealedObject", "TPMStructures", "SecretMemory", "Diagnostics", crypto],
      fixtures: true),
    tests("TPM2Tests", ["TPM2", "TPMStructures", "SecretMemory", crypto]),
    tests(
      "TPMUnsealTests",
      [
        "ll-tpm", "BaseEncodings", "TPMUnseal", "TPM2", "SealedObject", "MeasuredBoot", "BootApproval", "TPMStructures",
        "SecretMemory",
        "Diagnostics", crypto, argumentParser,
      ]),
    tests("AgeTests", ["Age", "SecretMemory", crypto], fixtures: true),
    tests("PrivateKeysTests", ["PrivateKeys", "SecretMemory", crypto]),
    tests("RecoveryTests", ["Recovery", "SecretMemory"], fixtures: true),
    tests("PKITests", ["PKI", "PrivateKeys", "SecretMemory", x509, asn1, crypto], fixtures: true),
    tests("HTTPFetchTests", ["HTTPFetch"], fixtures: true),
    tests(
      "NodeBootTests", ["ll-node", "ll-tpm", "NodeBoot", "HTTPFetch", "Diagnostics", "SystemdUnit"], fixtures: true),
    tests("BootChainTests", ["BootChain", "SystemdUnit"]),
    tests(
      "BootImageTests",
      ["BootImage", "PKI", "BootChain", "Ignition", "Quadlet", "SystemdUnit", "Diagnostics", "HTTPFetch"]),
    tests("BootLabTests", ["ll-bootimage", "BootLab", "BootChain", "Diagnostics"], fixtures: true),
    tests(
      "AgentCollectTests",
      ["ll-agent", "NodeMetrics", "HostFS", "SystemdRuntime", "Kubelet", "SystemdUnit", "Diagnostics"], fixtures: true),
    tests(
      "OpenBaoDoubleTests", ["OpenBaoDouble", "openbao-double", "Diagnostics", nioSSL, x509, asn1, crypto]),
    tests("KubernetesDoubleTests", ["KubernetesDouble", "kubernetes-double", "ll-node", x509, asn1, crypto]),
    tests(
      "BootTests",
      [
        "ll-bootimage", "ll-tpm", "ll-node", "ll-agent", "openbao-double", "kubernetes-double", "BootLab", "BootImage",
        "BootChain", "Ignition",
      ], fixtures: true),
    tests("HostFSTests", ["HostFS"]),
    tests("NodeMetricsTests", ["NodeMetrics", "HostFS", "Diagnostics"], fixtures: true),
    tests("SystemdRuntimeTests", ["SystemdRuntime"], fixtures: true),
    tests("KubeletTests", ["Kubelet", nioCore, nioPosix, nioSSL, x509, asn1, crypto]),
    tests("DeskTests", ["ll-bootimage", "ll-tpm"]),
    tests("OperationsTests", ["ll-bootimage", "ll-tpm"]),
    tests("IntegrationTests", ["ll-bootimage", "ll-tpm", crypto]),
  ],
  swiftLanguageModes: [.v6]
)
