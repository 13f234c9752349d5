import Testing

/// One after the other: they have deadlines, and a machine under load has few cores.
@Suite("Kubelet", .serialized, .ownQueue)
enum KubeletTests {}
