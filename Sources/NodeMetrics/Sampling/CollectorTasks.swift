import HostFS

/// All collectors, listed one by one.
struct CollectorTasks {
  private let arrays: CollectorTask<ArrayCollector>
  private let cgroups: CollectorTask<CgroupCollector>
  private let clock: CollectorTask<ClockCollector>
  private let conntrack: CollectorTask<ConntrackCollector>
  private let cpu: CollectorTask<CPUCollector>
  private let cpuFrequency: CollectorTask<CPUFrequencyCollector>
  private let disks: CollectorTask<DiskCollector>
  private let entropy: CollectorTask<EntropyCollector>
  private let files: CollectorTask<FileHandleCollector>
  private let filesystems: CollectorTask<FilesystemCollector>
  private let identity: CollectorTask<IdentityCollector>
  private let load: CollectorTask<LoadCollector>
  private let memory: CollectorTask<MemoryCollector>
  private let network: CollectorTask<NetworkCollector>
  private let nvme: CollectorTask<NVMeCollector>
  private let pressure: CollectorTask<PressureCollector>
  private let protocols: CollectorTask<ProtocolCollector>
  private let sensors: CollectorTask<SensorCollector>
  private let sockets: CollectorTask<SocketCollector>
  private let softnet: CollectorTask<SoftnetCollector>
  private let thermal: CollectorTask<ThermalCollector>
  private let vmstat: CollectorTask<VMStatCollector>

  /// Each of them, in the order of their names.
  let all: [RelayTask]

  init(_ origin: HostRoot.Origin, _ limits: NodeSampler.Limits, _ calls: NodeSampler.Calls) {
    let now = calls.bootTime
    arrays = CollectorTask(ArrayCollector(), now: now)
    cgroups = CollectorTask(CgroupCollector(), now: now)
    clock = CollectorTask(ClockCollector(ask: calls.clock), now: now)
    conntrack = CollectorTask(ConntrackCollector(), now: now)
    cpu = CollectorTask(CPUCollector(), now: now)
    cpuFrequency = CollectorTask(CPUFrequencyCollector(), now: now)
    disks = CollectorTask(DiskCollector(), now: now)
    entropy = CollectorTask(EntropyCollector(), now: now)
    files = CollectorTask(FileHandleCollector(), now: now)
    // Its own deadline comes before the one that it is under, so that what was answered is not lost.
    filesystems = CollectorTask(
      FilesystemCollector(origin, limit: limits.mount, total: limits.collector / 5 * 4, ask: calls.space), now: now)
    identity = CollectorTask(IdentityCollector(), now: now)
    load = CollectorTask(LoadCollector(), now: now)
    memory = CollectorTask(MemoryCollector(), now: now)
    network = CollectorTask(NetworkCollector(), now: now)
    nvme = CollectorTask(NVMeCollector(), now: now)
    pressure = CollectorTask(PressureCollector(), now: now)
    protocols = CollectorTask(ProtocolCollector(), now: now)
    sensors = CollectorTask(SensorCollector(), now: now)
    sockets = CollectorTask(SocketCollector(), now: now)
    softnet = CollectorTask(SoftnetCollector(), now: now)
    thermal = CollectorTask(ThermalCollector(), now: now)
    vmstat = CollectorTask(VMStatCollector(), now: now)
    let tasks: [RelayTask] = [
      arrays, cgroups, clock, conntrack, cpu, cpuFrequency, disks, entropy, files, filesystems, identity, load, memory,
      network, nvme, pressure, protocols, sensors, sockets, softnet, thermal, vmstat,
    ]
    all = tasks.sorted { $0.name < $1.name }
  }

  /// Puts what the collectors found where it belongs. The verdicts are in the order of `all`.
  func fill(_ snapshot: inout NodeSnapshot, _ verdicts: [Relay.Verdict]) {
    func verdict(_ task: RelayTask) -> Relay.Verdict {
      all.firstIndex { $0 === task }.map { verdicts[$0] } ?? .notTried
    }
    snapshot.arrays = arrays.outcome(verdict(arrays))
    snapshot.cgroups = cgroups.outcome(verdict(cgroups))
    snapshot.clock = clock.outcome(verdict(clock))
    snapshot.conntrack = conntrack.outcome(verdict(conntrack))
    snapshot.cpu = cpu.outcome(verdict(cpu))
    snapshot.cpuFrequency = cpuFrequency.outcome(verdict(cpuFrequency))
    snapshot.disks = disks.outcome(verdict(disks))
    snapshot.entropy = entropy.outcome(verdict(entropy))
    snapshot.files = files.outcome(verdict(files))
    snapshot.filesystems = filesystems.outcome(verdict(filesystems))
    snapshot.identity = identity.outcome(verdict(identity))
    snapshot.load = load.outcome(verdict(load))
    snapshot.memory = memory.outcome(verdict(memory))
    snapshot.network = network.outcome(verdict(network))
    snapshot.nvme = nvme.outcome(verdict(nvme))
    snapshot.pressure = pressure.outcome(verdict(pressure))
    snapshot.protocols = protocols.outcome(verdict(protocols))
    snapshot.sensors = sensors.outcome(verdict(sensors))
    snapshot.sockets = sockets.outcome(verdict(sockets))
    snapshot.softnet = softnet.outcome(verdict(softnet))
    snapshot.thermal = thermal.outcome(verdict(thermal))
    snapshot.vmstat = vmstat.outcome(verdict(vmstat))
  }
}
