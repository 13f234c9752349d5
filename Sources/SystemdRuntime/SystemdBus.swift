/// systemd, asked over D-Bus. The connection is kept between readings and made again when it broke. Not shared between
/// threads.
///
/// Nothing is changed and nothing is subscribed to: the calls are those that every user may make on the system bus.
public final class SystemdBus {
  private let addresses: [BusAddress]
  private var connection: BusConnection?

  /// Connects to the first of `addresses` that answers, at the first reading.
  public init(addresses: [BusAddress] = BusAddress.host()) { self.addresses = addresses }

  /// Asks for systemd's state, the units that failed, and the units called `names`, all within `limit`.
  ///
  /// A connection that was kept may have ended since, with a restart of the bus: such a reading is tried once more on a
  /// new one.
  public func read(units names: [String], within limit: Duration) throws(SystemdError) -> SystemdReading {
    let deadline = BusDeadline(in: limit)
    if let kept = connection {
      do throws(SystemdError) {
        return try read(names, from: kept, deadline)
      } catch .disconnected {
        connection = nil
      }
    }
    let fresh = try connect(deadline)
    let reading = try read(names, from: fresh, deadline)
    connection = fresh
    return reading
  }

  private func connect(_ deadline: BusDeadline) throws(SystemdError) -> BusConnection {
    var denial: SystemdError?
    var tried: [String] = []
    for address in addresses {
      do throws(SystemdError) {
        return try BusConnection(address, deadline: deadline)
      } catch .deadlineExceeded(let step) {
        throw .deadlineExceeded(step)
      } catch .denied(let words) {
        denial = denial ?? .denied(words)
      } catch .disconnected(_, let words) {
        // No socket, or nobody behind it: the next one may do.
        tried.append("\(address.path) (\(words))")
      }
    }
    throw denial ?? .notRunning(tried)
  }

  private func read(
    _ names: [String], from connection: BusConnection, _ deadline: BusDeadline
  ) throws(SystemdError) -> SystemdReading {
    do throws(SystemdError) {
      let calls = SystemdCalls(connection: connection, deadline: deadline)
      return SystemdReading(
        version: try calls.managerProperty("Version"), systemState: try calls.managerProperty("SystemState"),
        failedUnits: try calls.failedUnits().sorted { $0.name < $1.name }, units: try calls.units(called: names))
    } catch {
      // An answer that comes after its time is still on its way on this connection.
      self.connection = nil
      throw error
    }
  }
}
