// Read from pkg/systemd/quadlet/quadlet.go at every release tag of podman from v4.4.0 to v5.8.2.

extension KeyTable {
  /// The keys of `[Container]`.
  public static let container = KeyTable([
    PodmanVersion(4, 4, 0): """
    AddCapability AddDevice Annotation ContainerName DropCapability Environment EnvironmentFile EnvironmentHost Exec
    ExposeHostPort Group Image Label Network NoNewPrivileges Notify PodmanArgs PublishPort ReadOnly RemapGid
    RemapUid RemapUidSize RemapUsers RunInit SeccompProfile Timezone User VolatileTmp Volume
    """,
    PodmanVersion(4, 5, 0): """
    HealthCmd HealthInterval HealthOnFailure HealthRetries HealthStartPeriod HealthStartupCmd HealthStartupInterval
    HealthStartupRetries HealthStartupSuccess HealthStartupTimeout HealthTimeout IP IP6 LogDriver Mount Rootfs
    Secret SecurityLabelDisable SecurityLabelFileType SecurityLabelLevel SecurityLabelType Tmpfs UserNS
    """,
    PodmanVersion(4, 6, 0): "AutoUpdate HostName Mask Pull SecurityLabelNested Sysctl Unmask WorkingDir",
    PodmanVersion(4, 7, 0): "DNS DNSOption DNSSearch PidsLimit ShmSize Ulimit",
    PodmanVersion(4, 8, 0): "ContainersConfModule GIDMap GlobalArgs ReadOnlyTmpfs SubGIDMap SubUIDMap UIDMap",
    PodmanVersion(5, 0, 0): "Entrypoint Pod StopTimeout",
    PodmanVersion(5, 1, 0): "GroupAdd",
    PodmanVersion(5, 2, 0): "LogOpt NetworkAlias StopSignal",
    PodmanVersion(5, 3, 0): """
    AddHost CgroupsMode HealthLogDestination HealthMaxLogCount HealthMaxLogSize ServiceName StartWithPod
    """,
    PodmanVersion(5, 5, 0): "Memory ReloadCmd ReloadSignal Retry RetryDelay",
    PodmanVersion(5, 7, 0): "HttpProxy",
    PodmanVersion(5, 8, 0): "AppArmor",
  ])

  /// The keys of `[Pod]`.
  public static let pod = KeyTable([
    PodmanVersion(5, 0, 0): "ContainersConfModule GlobalArgs Network PodName PodmanArgs PublishPort Volume",
    PodmanVersion(5, 2, 0): "NetworkAlias",
    PodmanVersion(5, 3, 0): """
    AddHost DNS DNSOption DNSSearch GIDMap IP IP6 RemapGid RemapUid RemapUidSize RemapUsers ServiceName SubGIDMap
    SubUIDMap UIDMap UserNS
    """,
    PodmanVersion(5, 4, 0): "ShmSize",
    PodmanVersion(5, 5, 0): "HostName",
    PodmanVersion(5, 6, 0): "ExitPolicy Label",
    PodmanVersion(5, 7, 0): "StopTimeout",
  ])

  /// The keys of `[Volume]`.
  public static let volume = KeyTable([
    PodmanVersion(4, 4, 0): "Copy Device Group Label Options Type User",
    PodmanVersion(4, 6, 0): "PodmanArgs",
    PodmanVersion(4, 7, 0): "VolumeName",
    PodmanVersion(4, 8, 0): "ContainersConfModule Driver GlobalArgs Image",
    PodmanVersion(5, 3, 0): "ServiceName",
  ])

  /// The keys of `[Network]`.
  public static let network = KeyTable([
    PodmanVersion(4, 4, 0): "DisableDNS Driver Gateway IPAMDriver IPRange IPv6 Internal Label Options Subnet",
    PodmanVersion(4, 6, 0): "PodmanArgs",
    PodmanVersion(4, 7, 0): "DNS NetworkName",
    PodmanVersion(4, 8, 0): "ContainersConfModule GlobalArgs",
    PodmanVersion(5, 3, 0): "ServiceName",
    PodmanVersion(5, 5, 0): "NetworkDeleteOnStop",
    PodmanVersion(5, 6, 0): "InterfaceName",
  ])

  /// The keys of `[Kube]`.
  public static let kube = KeyTable([
    PodmanVersion(4, 4, 0): "ConfigMap Network PublishPort RemapGid RemapUid RemapUidSize RemapUsers Yaml",
    PodmanVersion(4, 5, 0): "LogDriver UserNS",
    PodmanVersion(4, 6, 0): "ExitCodePropagation PodmanArgs",
    PodmanVersion(4, 7, 0): "AutoUpdate SetWorkingDirectory",
    PodmanVersion(4, 8, 0): "ContainersConfModule GlobalArgs KubeDownForce",
    PodmanVersion(5, 2, 0): "LogOpt",
    PodmanVersion(5, 3, 0): "ServiceName",
  ])

  /// The keys of `[Image]`.
  public static let image = KeyTable([
    PodmanVersion(4, 8, 0): """
    AllTags Arch AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs Image ImageTag OS PodmanArgs
    TLSVerify Variant
    """,
    PodmanVersion(5, 3, 0): "ServiceName",
    PodmanVersion(5, 5, 0): "Retry RetryDelay",
    PodmanVersion(5, 6, 0): "Policy",
  ])

  /// The keys of `[Build]`.
  public static let build = KeyTable([
    PodmanVersion(5, 2, 0): """
    Annotation Arch AuthFile ContainersConfModule DNS DNSOption DNSSearch Environment File ForceRM GlobalArgs
    GroupAdd ImageTag Label Network PodmanArgs Pull Secret SetWorkingDirectory TLSVerify Target Variant Volume
    """,
    PodmanVersion(5, 3, 0): "ServiceName",
    PodmanVersion(5, 5, 0): "Retry RetryDelay",
    PodmanVersion(5, 7, 0): "BuildArg IgnoreFile",
  ])

  /// The keys of `[Artifact]`.
  public static let artifact = KeyTable([
    PodmanVersion(5, 7, 0): """
    Artifact AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs PodmanArgs Quiet Retry RetryDelay
    ServiceName TLSVerify
    """
  ])

  /// The keys of `[Quadlet]`, which every kind of file may have.
  public static let quadlet = KeyTable([
    PodmanVersion(5, 3, 0): "DefaultDependencies"
  ])
}
