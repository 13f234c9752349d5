extension FlagSet {
  /// kubelet's at 1.36 (kubernetes/kubernetes, `cmd/kubelet/app/options`). What earlier releases had and this one has
  /// not is unknown here too: `--container-runtime` (gone in 1.27), `--network-plugin` (1.24),
  /// `--pod-infra-container-image` (1.35).
  static let kubelet =
    FlagSet(common)
    + FlagSet(
      """
      string:bootstrap-kubeconfig cert-dir cgroup-driver cgroup-root cloud-provider cluster-domain config config-dir
      string:container-log-max-size container-runtime-endpoint cpu-manager-policy hairpin-mode hostname-override
      string:image-credential-provider-bin-dir image-credential-provider-config image-service-endpoint
      string:kube-api-content-type kube-reserved-cgroup kubeconfig kubelet-cgroups local-storage-capacity-isolation
      string:lock-file memory-manager-policy node-ip node-status-max-images pod-cidr pod-manifest-path provider-id
      string:reserved-cpus resolv-conf root-dir runtime-cgroups system-cgroups system-reserved-cgroup tls-cert-file
      string:tls-min-version tls-private-key-file topology-manager-policy topology-manager-scope volume-plugin-dir
      string:authorization-mode client-ca-file manifest-url reserved-memory register-with-taints
      strings:allowed-unsafe-sysctls cluster-dns enforce-node-allocatable manifest-url-header tls-cipher-suites
      bool:address-sharing anonymous-auth authentication-token-webhook cgroups-per-qos contention-profiling cpu-cfs-quota
      bool:enable-controller-attach-detach enable-debugging-handlers enable-server exit-on-lock-contention fail-swap-on
      bool:kernel-memcg-notification make-iptables-util-chains protect-kernel-defaults register-node
      bool:rotate-certificates rotate-server-certificates seccomp-default serialize-image-pulls
      bool:experimental-allocatable-ignore-eviction fail-cgroupv1
      int:container-log-max-files event-burst event-qps eviction-max-pod-grace-period healthz-port
      int:image-gc-high-threshold image-gc-low-threshold iptables-drop-bit iptables-masquerade-bit kube-api-burst
      int:kube-api-qps max-open-files max-pods maximum-dead-containers maximum-dead-containers-per-container
      int:node-lease-duration-seconds oom-score-adj pod-max-pids pods-per-core port read-only-port registry-burst
      int:registry-qps
      duration:authentication-token-webhook-cache-ttl authorization-webhook-cache-authorized-ttl
      duration:authorization-webhook-cache-unauthorized-ttl cpu-cfs-quota-period cpu-manager-reconcile-period
      duration:eviction-pressure-transition-period file-check-frequency http-check-frequency
      duration:minimum-container-ttl-duration minimum-image-ttl-duration node-status-update-frequency
      duration:runtime-request-timeout streaming-connection-idle-timeout sync-frequency volume-stats-agg-period
      ip:address healthz-bind-address
      map:cpu-manager-policy-options eviction-hard eviction-minimum-reclaim eviction-soft eviction-soft-grace-period
      map:kube-reserved node-labels qos-reserved system-reserved topology-manager-policy-options
      """)
}
