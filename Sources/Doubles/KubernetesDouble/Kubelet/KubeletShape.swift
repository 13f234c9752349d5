extension Shape {
  /// `KubeletConfiguration` of `kubelet.config.k8s.io/v1beta1` (k8s.io/kubelet, `config/v1beta1/types.go`).
  static let kubeletConfiguration = Shape.object(
    fields(
      .string,
      """
      apiVersion kind staticPodPath podLogsDir staticPodURL address tlsCertFile tlsPrivateKeyFile tlsMinVersion \
      imagePullCredentialsVerificationPolicy healthzBindAddress clusterDomain kubeletCgroups systemCgroups cgroupRoot \
      cgroupDriver cpuManagerPolicy memoryManagerPolicy topologyManagerPolicy topologyManagerScope hairpinMode podCIDR \
      resolvConf contentType containerLogMaxSize configMapAndSecretChangeDetectionStrategy reservedSystemCPUs \
      showHiddenMetricsForVersion systemReservedCgroup kubeReservedCgroup volumePluginDir providerID \
      memoryReservationPolicy containerRuntimeEndpoint imageServiceEndpoint
      """
    )
    .merging(
      fields(
        .bool,
        """
        enableServer rotateCertificates serverTLSBootstrap enableDebuggingHandlers enableContentionProfiling \
        cgroupsPerQOS singleProcessOOMKill runOnce cpuCFSQuota serializeImagePulls mergeDefaultEvictionSettings \
        enableControllerAttachDetach protectKernelDefaults makeIPTablesUtilChains failSwapOn kernelMemcgNotification \
        enableSystemLogHandler enableSystemLogQuery enableProfilingHandler enableDebugFlagsHandler seccompDefault \
        registerNode localStorageCapacityIsolation failCgroupV1
        """)
    ) { $1 }
    .merging(
      fields(
        .int32,
        """
        port readOnlyPort registryPullQPS registryBurst eventRecordQPS eventBurst healthzPort oomScoreAdj \
        nodeLeaseDurationSeconds imageGCHighThresholdPercent imageGCLowThresholdPercent maxPods nodeStatusMaxImages \
        kubeAPIQPS kubeAPIBurst maxParallelImagePulls evictionMaxPodGracePeriod podsPerCore iptablesMasqueradeBit \
        iptablesDropBit containerLogMaxFiles containerLogMaxWorkers
        """)
    ) { $1 }
    .merging(
      fields(
        .duration,
        """
        syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout \
        nodeStatusUpdateFrequency nodeStatusReportFrequency imageMinimumGCAge imageMaximumGCAge volumeStatsAggPeriod \
        cpuManagerReconcilePeriod draManagerReconcilePeriod runtimeRequestTimeout cpuCFSQuotaPeriod \
        evictionPressureTransitionPeriod containerLogMonitorInterval shutdownGracePeriod \
        shutdownGracePeriodCriticalPods
        """)
    ) { $1 }
    .merging(fields(.int64, "podPidsLimit maxOpenFiles")) { $1 }
    .merging(
      fields(.list(.string), "tlsCipherSuites preloadedImagesVerificationAllowlist clusterDNS")
        .merging(fields(.list(.string), "enforceNodeAllocatable allowedUnsafeSysctls")) { $1 }
    ) { $1 }
    .merging(
      fields(
        .map(.string),
        """
        cpuManagerPolicyOptions topologyManagerPolicyOptions qosReserved evictionHard evictionSoft \
        evictionSoftGracePeriod evictionMinimumReclaim systemReserved kubeReserved
        """)
    ) { $1 }
    .merging(structures) { $1 })

  private static let structures: [String: Shape] = [
    "staticPodURLHeader": .map(.list(.string)), "tlsCurvePreferences": .list(.int32), "featureGates": .map(.bool),
    "memoryThrottlingFactor": .float64, "registerWithTaints": .list(.any), "logging": .any, "tracing": .any,
    "authentication": .object([
      "x509": .object(["clientCAFile": .string]), "webhook": .object(["enabled": .bool, "cacheTTL": .duration]),
      "anonymous": .object(["enabled": .bool]),
    ]),
    "authorization": .object([
      "mode": .string,
      "webhook": .object(["cacheAuthorizedTTL": .duration, "cacheUnauthorizedTTL": .duration]),
    ]),
    "memorySwap": .object(["swapBehavior": .string]),
    "shutdownGracePeriodByPodPriority": .list(
      .object(["priority": .int32, "shutdownGracePeriodSeconds": .int64])),
    "crashLoopBackOff": .object(["maxContainerRestartPeriod": .duration]),
    "reservedMemory": .list(.object(["numaNode": .int32, "limits": .map(.quantity)])),
    "userNamespaces": .object(["idsPerPod": .int64]),
  ]

  private static func fields(_ shape: Shape, _ names: String) -> [String: Shape] {
    Dictionary(names.split(separator: " ").map { (String($0), shape) }) { $1 }
  }
}
