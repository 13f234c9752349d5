import Diagnostics

extension NetworkReading {
  var json: JSONText {
    .each(devices) { device in
      .object([
        .init("name", .string(device.name)), .init("received", device.received.json),
        .init("receive_frame_errors", .number(device.frame)), .init("receive_multicast", .number(device.multicast)),
        .init("transmitted", device.transmitted.json), .init("collisions", .number(device.collisions)),
        .init("carrier_losses", .number(device.carrierLosses)), .init("attributes", device.attributes?.json ?? .null),
      ])
    }
  }
}

extension NetworkReading.Counters {
  var json: JSONText {
    .object([
      .init("bytes", .number(bytes)), .init("packets", .number(packets)), .init("errors", .number(errors)),
      .init("dropped", .number(dropped)), .init("fifo", .number(fifo)), .init("compressed", .number(compressed)),
    ])
  }
}

extension NetworkReading.Attributes {
  var json: JSONText {
    .object([
      .init("operstate", .text(operationalState)), .init("carrier", .truth(hasCarrier)),
      .init("carrier_changes", .number(carrierChanges)), .init("carrier_ups", .number(carrierUps)),
      .init("carrier_downs", .number(carrierDowns)), .init("speed_mbit", .number(speed)),
      .init("mtu_bytes", .number(mtu)), .init("flags", .number(flags)),
      .init("transmit_queue_length", .number(transmitQueueLength)), .init("protocol_type", .number(protocolType)),
      .init("duplex", .text(duplex)),
    ])
  }
}

extension ProtocolReading {
  var json: JSONText { .object(entries.map { .init("\($0.family)_\($0.name)", .number($0.value)) }) }
}

extension SocketReading {
  var json: JSONText {
    .object(
      [.init("page_bytes", .number(pageSize))]
        + entries.map { .init("\($0.family)_\($0.name)\($0.name == "mem" ? "_pages" : "")", .number($0.value)) })
  }
}

extension ConntrackReading {
  var json: JSONText {
    .object([
      .init("entries", .number(entries)), .init("maximum", .number(maximum)),
      .init("statistics", statistics?.json ?? .null),
    ])
  }
}

extension ConntrackReading.Statistics {
  var json: JSONText {
    .object([
      .init("found", .number(found)), .init("invalid", .number(invalid)), .init("ignore", .number(ignore)),
      .init("insert", .number(insert)), .init("insert_failed", .number(insertFailed)), .init("drop", .number(drop)),
      .init("early_drop", .number(earlyDrop)), .init("search_restart", .number(searchRestart)),
    ])
  }
}

extension SoftnetReading {
  var json: JSONText {
    .each(cores) { core in
      .object([
        .init("core", .number(core.core)), .init("processed", .number(core.processed)),
        .init("dropped", .number(core.dropped)), .init("squeezed", .number(core.squeezed)),
      ])
    }
  }
}
