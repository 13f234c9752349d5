import HostFS

extension MetricWriter {
  mutating func write(_ reading: NetworkReading) {
    each(reading, "node_network_receive_bytes_total", "Bytes received.", \.received.bytes)
    each(reading, "node_network_receive_packets_total", "Packets received.", \.received.packets)
    each(reading, "node_network_receive_errs_total", "Bad packets received.", \.received.errors)
    each(reading, "node_network_receive_drop_total", "Packets dropped on receipt.", \.received.dropped)
    each(reading, "node_network_receive_fifo_total", "Packets lost because a FIFO overran.", \.received.fifo)
    each(reading, "node_network_receive_frame_total", "Packets that were not framed well.", \.frame)
    each(reading, "node_network_receive_compressed_total", "Compressed packets received.", \.received.compressed)
    each(reading, "node_network_receive_multicast_total", "Packets to many received.", \.multicast)
    each(reading, "node_network_transmit_bytes_total", "Bytes sent.", \.transmitted.bytes)
    each(reading, "node_network_transmit_packets_total", "Packets sent.", \.transmitted.packets)
    each(reading, "node_network_transmit_errs_total", "Packets that could not be sent.", \.transmitted.errors)
    each(reading, "node_network_transmit_drop_total", "Packets dropped before they were sent.", \.transmitted.dropped)
    each(reading, "node_network_transmit_fifo_total", "Packets lost because a FIFO overran.", \.transmitted.fifo)
    each(reading, "node_network_transmit_colls_total", "Collisions.", \.collisions)
    each(reading, "node_network_transmit_carrier_total", "Packets not sent for want of a carrier.", \.carrierLosses)
    each(reading, "node_network_transmit_compressed_total", "Compressed packets sent.", \.transmitted.compressed)
    writeAttributes(reading)
  }

  private mutating func writeAttributes(_ reading: NetworkReading) {
    family("node_network_info", .info, "What a network device is.")
    for device in reading.devices {
      guard let attributes = device.attributes else { continue }
      sample(
        MetricValue(true), MetricLabel("device", device.name), MetricLabel("duplex", attributes.duplex ?? ""),
        MetricLabel("operstate", attributes.operationalState ?? ""))
    }
    each(reading, "node_network_up", .gauge, "Whether a device is up.") {
      $0.operationalState.map { MetricValue($0 == "up") }
    }
    each(reading, "node_network_carrier", .gauge, "Whether a device has a carrier.") {
      $0.hasCarrier.map { MetricValue($0) }
    }
    each(reading, "node_network_carrier_changes_total", .counter, "How often the carrier came or went.") {
      $0.carrierChanges.map { MetricValue($0) }
    }
    each(reading, "node_network_carrier_up_changes_total", .counter, "How often the carrier came.") {
      $0.carrierUps.map { MetricValue($0) }
    }
    each(reading, "node_network_carrier_down_changes_total", .counter, "How often the carrier went.") {
      $0.carrierDowns.map { MetricValue($0) }
    }
    each(reading, "node_network_speed_bytes", .gauge, "Speed in bytes per second, where it is known.") {
      $0.speed.flatMap { UInt64(exactly: $0) }.map { MetricValue($0.multipliedSaturating(by: 125), zeros: 3) }
    }
    each(reading, "node_network_mtu_bytes", .gauge, "Largest packet.") { $0.mtu.map { MetricValue($0) } }
    each(reading, "node_network_flags", .gauge, "IFF_ bits.") { $0.flags.map { MetricValue($0) } }
    each(reading, "node_network_transmit_queue_length", .gauge, "Packets that wait before some are dropped.") {
      $0.transmitQueueLength.map { MetricValue($0) }
    }
    each(reading, "node_network_protocol_type", .gauge, "ARPHRD_ number: 1 for Ethernet.") {
      $0.protocolType.map { MetricValue($0) }
    }
  }

  mutating func write(_ reading: ProtocolReading) {
    for entry in reading.entries {
      family("node_netstat_", [entry.family, entry.name], "", .unknown, "Counter of the kernel's network stack.")
      sample(MetricValue(entry.value))
    }
  }

  mutating func write(_ reading: SocketReading) {
    for entry in reading.entries {
      family("node_sockstat_", [entry.family, entry.name], "", .gauge, "Number of /proc/net/sockstat.")
      sample(MetricValue(entry.value))
      guard entry.name == "mem" else { continue }
      family("node_sockstat_", [entry.family, "mem_bytes"], "", .gauge, "The same in bytes.")
      sample(MetricValue(entry.value.multipliedSaturating(by: reading.pageSize)))
    }
  }

  mutating func write(_ reading: ConntrackReading) {
    family("node_nf_conntrack_entries", .gauge, "Connections that are tracked.")
    sample(MetricValue(reading.entries))
    family("node_nf_conntrack_entries_limit", .gauge, "The most connections that can be tracked.")
    sample(reading.maximum.map { MetricValue($0) })
    guard let statistics = reading.statistics else { return }
    family("node_nf_conntrack_stat_found", .gauge, "Entries that were found.")
    sample(MetricValue(statistics.found))
    family("node_nf_conntrack_stat_invalid", .gauge, "Packets that could not be tracked.")
    sample(MetricValue(statistics.invalid))
    family("node_nf_conntrack_stat_ignore", .gauge, "Packets that are not tracked.")
    sample(MetricValue(statistics.ignore))
    family("node_nf_conntrack_stat_insert", .gauge, "Entries put in.")
    sample(MetricValue(statistics.insert))
    family("node_nf_conntrack_stat_insert_failed", .gauge, "Entries that could not be put in.")
    sample(MetricValue(statistics.insertFailed))
    family("node_nf_conntrack_stat_drop", .gauge, "Packets dropped because tracking them failed.")
    sample(MetricValue(statistics.drop))
    family("node_nf_conntrack_stat_early_drop", .gauge, "Entries dropped to make room.")
    sample(MetricValue(statistics.earlyDrop))
    family("node_nf_conntrack_stat_search_restart", .gauge, "Searches begun again.")
    sample(MetricValue(statistics.searchRestart))
  }

  mutating func write(_ reading: SoftnetReading) {
    each(reading, "node_softnet_processed_total", "Packets that a core took from the network.", \.processed)
    each(reading, "node_softnet_dropped_total", "Packets dropped because a core's queue was full.", \.dropped)
    each(reading, "node_softnet_times_squeezed_total", "Times that a core had work left when time was up.", \.squeezed)
  }

  private mutating func each(
    _ reading: NetworkReading, _ name: StaticString, _ help: StaticString,
    _ value: (NetworkReading.Device) -> UInt64
  ) {
    family(name, .counter, help)
    for device in reading.devices {
      sample(MetricValue(value(device)), MetricLabel("device", device.name))
    }
  }

  private mutating func each(
    _ reading: NetworkReading, _ name: StaticString, _ type: MetricType, _ help: StaticString,
    _ value: (NetworkReading.Attributes) -> MetricValue?
  ) {
    family(name, type, help)
    for device in reading.devices {
      sample(device.attributes.flatMap(value), MetricLabel("device", device.name))
    }
  }

  private mutating func each(
    _ reading: SoftnetReading, _ name: StaticString, _ help: StaticString, _ value: (SoftnetReading.Core) -> UInt64
  ) {
    family(name, .counter, help)
    for core in reading.cores { sample(MetricValue(value(core)), MetricLabel("cpu", String(core.core))) }
  }
}
