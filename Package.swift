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
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioLocks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport = Target.Dependency.product(
  name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let grpcInProcess = Target.Dependency.product(name: "GRPCInProcessTransport", package: "grpc-swift-2")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
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
    .executable(name: "ll-agent", targets: ["ll-agent"]),
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
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
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
    room("Console", [argumentParser]),
    room("HostFS", ["CHostFS"]),
    room("LocalFiles"),
    room("SecretMemory", ["CLinux"]),
    room("TPMStructures", ["BaseEncodings", "SecretMemory", crypto, cryptoExtras]),

    room("LicenseProtocol", [grpcCore, grpcProtobuf, swiftProtobuf, crypto]),

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
        "Diagnostics", "LocalFiles", "CLinux",
      ]),
    room("NodeBoot", ["Diagnostics", "LocalFiles", "SystemdUnit", "HTTPFetch", x509, asn1, crypto]),

    room("NodeMetrics", ["HostFS", "Diagnostics"]),
    room("VerifiedHTTP", ["LocalFiles", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL, x509, asn1]),
    room("Kubelet", ["LocalFiles", "VerifiedHTTP", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL]),

    room("HardwareIdentity", ["HostFS", "BaseEncodings", "Diagnostics", crypto]),
    room("Attestation", ["TPMStructures", "SecretMemory", x509, asn1, crypto, cryptoExtras]),
    room(
      "NodeIdentity",
      [
        "TPM2", "TPMStructures", "SealedObject", "PrivateKeys", "SecretMemory", "BaseEncodings", "LocalFiles",
        "Attestation", x509, asn1, crypto, nioCore, nioSSL,
      ]),
    room(
      "OpenBao",
      [
        "BaseEncodings", "LocalFiles", "PKI", "SecretMemory", "VerifiedHTTP", asyncHTTPClient, nioCore, nioHTTP1,
        nioSSL, x509, asn1,
      ]),
    room("KubernetesAPI", ["VerifiedHTTP", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL]),

    // Applications
    room(
      "NodeAgent",
      [
        "BaseEncodings", "Diagnostics", "SystemdUnit", "SystemdRuntime", "HostFS", "NodeMetrics", "HardwareIdentity",
        "NodeIdentity", "Attestation", "OpenBao", "PKI", "TPM2", "TPMStructures", "LicenseProtocol", "SecretMemory",
        "LocalFiles", "CLinux", crypto, x509, asn1, swiftProtobuf, grpcCore, grpcTransport, logging, nioCore,
        nioPosix, nioHTTP1, nioSSL,
      ]),
    room(
      "OperatorDev",
      [
        "LicenseProtocol", "Attestation", "TPMStructures", "KubernetesAPI", "PKI", "SystemdUnit", "Diagnostics",
        "BaseEncodings", "LocalFiles", grpcCore, grpcTransport, swiftProtobuf, nioCore, nioPosix, nioSSL, x509, asn1,
        crypto, serviceLifecycle,
      ]),

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
    program("ll-node", ["NodeBoot", "LocalFiles", "Console", "Diagnostics", argumentParser]),
    program(
      "ll-tpm",
      [
        "TPMUnseal", "TPM2", "SealedObject", "MeasuredBoot", "BootApproval", "TPMStructures", "SecretMemory",
        "Diagnostics", "Console", "CLinux", argumentParser,
      ]),

    program(
      "ll-agent",
      [
        "NodeAgent", "NodeMetrics", "HostFS", "SystemdRuntime", "Kubelet", "SystemdUnit", "Console", "Diagnostics",
        "HardwareIdentity", "NodeIdentity", "LicenseProtocol", "OpenBao", "BaseEncodings", "TPM2", "TPMStructures",
        "LocalFiles", "CLinux", logging, nioCore, nioPosix, x509, unixSignals, argumentParser,
      ]),
    program(
      "ll-operator-dev",
      [
        "OperatorDev", "Console", "Diagnostics", "SystemdUnit", "KubernetesAPI", argumentParser, serviceLifecycle,
        unixSignals, logging,
      ]),

    // Doubles: built for tests, the lab and the demo, never shipped
    double("OpenFiles", [nioCore]),
    double(
      "OpenBaoDouble",
      [
        "OpenFiles", "Diagnostics", "VerifiedHTTP", asyncHTTPClient, nioCore, nioLocks, nioPosix, nioHTTP1, nioSSL,
        nioTLS, x509, asn1, crypto, cryptoExtras,
      ],
      exclude: ["README.md"]),
    double(
      "KubernetesDouble",
      [
        "OpenFiles", "VerifiedHTTP", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL, x509, asn1, crypto,
        cryptoExtras, yams,
      ]),
    .executableTarget(
      name: "openbao-double", dependencies: ["OpenBaoDouble"], path: "Sources/Doubles/OpenBao", swiftSettings: settings),
    .executableTarget(
      name: "kubernetes-double", dependencies: ["KubernetesDouble"], path: "Sources/Doubles/Kubernetes",
      swiftSettings: settings),
    .executableTarget(
      name: "fleet-double",
      dependencies: [
        "NodeAgent", "NodeIdentity", "NodeMetrics", "HardwareIdentity", "HostFS", "LicenseProtocol", "Diagnostics",
        logging, nioCore, nioPosix, x509, asn1, crypto,
      ], path: "Sources/Doubles/Fleet", swiftSettings: settings),

    // Tests
    .target(name: "TestSupport", path: "Tests/TestSupport", exclude: ["Fixtures"], swiftSettings: settings),
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
    tests("LocalFilesTests", ["LocalFiles"]),
    tests("VerifiedHTTPTests", ["VerifiedHTTP", asyncHTTPClient, nioSSL]),
    tests("NodeMetricsTests", ["NodeMetrics", "HostFS", "Diagnostics"], fixtures: true),
    tests("SystemdRuntimeTests", ["SystemdRuntime"], fixtures: true),
    tests("KubeletTests", ["Kubelet", nioCore, nioPosix, nioSSL, x509, asn1, crypto]),
    tests(
      "LicenseProtocolTests",
      [
        "LicenseProtocol", "Attestation", "PKI", "TPMStructures", "SecretMemory", "BaseEncodings", swiftProtobuf,
        crypto,
      ], fixtures: true),
    tests(
      "HardwareIdentityTests", ["ll-agent", "HardwareIdentity", "HostFS", "Diagnostics", crypto], fixtures: true),
    tests(
      "AttestationTests",
      ["Attestation", "NodeIdentity", "TPM2", "TPMStructures", "SecretMemory", x509, asn1, crypto]),
    tests(
      "NodeIdentityTests",
      [
        "NodeIdentity", "Attestation", "PrivateKeys", "TPM2", "TPMStructures", "SecretMemory", x509, asn1, crypto,
        nioCore, nioPosix, nioSSL, nioTLS,
      ]),
    tests(
      "NodeAgentTests",
      [
        "NodeAgent", "LicenseProtocol", "NodeIdentity", "OpenBao", "PKI", "NodeMetrics", "SystemdRuntime",
        "Diagnostics", "SystemdUnit", "HardwareIdentity", grpcCore, grpcInProcess, grpcTransport, crypto, x509, asn1,
        swiftProtobuf, logging, nioCore, nioPosix, nioSSL,
      ]),
    tests(
      "OpenBaoTests",
      [
        "OpenBao", "OpenBaoDouble", "PKI", "SecretMemory", "openbao-double", nioCore, nioHTTP1, nioPosix, nioSSL, x509,
        asn1, crypto,
      ], fixtures: true),
    tests("KubernetesAPITests", ["KubernetesAPI", nioCore, nioPosix, nioSSL, x509, asn1, crypto]),
    tests(
      "OperatorDevTests",
      [
        "OperatorDev", "ll-operator-dev", "Attestation", "LicenseProtocol", "PKI", "NodeIdentity", "TPM2",
        "TPMStructures", "Diagnostics", nioCore, nioPosix, nioEmbedded, nioSSL, x509, asn1, crypto, grpcCore,
        grpcTransport, swiftProtobuf,
      ]),
    tests("DeskTests", ["ll-bootimage", "ll-tpm"]),
    tests("OperationsTests", ["ll-bootimage", "ll-tpm"]),
    tests(
      "IntegrationTests",
      [
        "ll-bootimage", "ll-tpm", "ll-agent", "ll-operator-dev", "openbao-double", "LicenseProtocol", crypto, grpcCore,
        grpcTransport, swiftProtobuf,
      ]),
  ],
  swiftLanguageModes: [.v6]
)
