/// What node-problem-detector calls the lasting problems of a node, and the two that it does not know.
public enum ConditionType: String, Sendable, Hashable, CaseIterable {
  /// Tasks hang in the kernel: something that should be read at once never comes back.
  case kernelDeadlock = "KernelDeadlock"
  /// A file system that was mounted writable became read-only.
  case readonlyFilesystem = "ReadonlyFilesystem"
  /// The kubelet says that it is not well, or nothing.
  case kubeletUnhealthy = "KubeletUnhealthy"
  /// The container runtime does not answer the kubelet.
  case containerRuntimeUnhealthy = "ContainerRuntimeUnhealthy"
  /// A certificate ends soon, or has ended.
  case certificateExpiring = "CertificateExpiring"
  /// Nobody keeps the clock in step, or its error is too large for certificates and leases.
  case clockSkewed = "ClockSkewed"
}

/// Whether a condition holds. The values are those of Kubernetes' `ConditionStatus`.
public enum ConditionStatus: String, Sendable, Hashable {
  /// The problem is there.
  case isTrue = "True"
  /// It is not.
  case isFalse = "False"
  /// What would tell could not be read.
  case unknown = "Unknown"
}

/// A lasting problem of the node, in the terms of a Kubernetes node condition.
public struct Condition: Sendable, Hashable {
  /// Which problem.
  public var type: ConditionType
  /// Whether it is there.
  public var status: ConditionStatus
  /// Why, as one word in the style of Kubernetes: `FilesystemIsReadOnly`.
  public var reason: String
  /// Why, as a sentence without an end.
  public var message: String

  /// A condition.
  public init(_ type: ConditionType, _ status: ConditionStatus, reason: String, message: String) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
  }
}
