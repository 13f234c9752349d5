/// What the units of one run know of each other: by file name, the service that each becomes and the resource it makes.
struct UnitRegistry {
  struct Entry {
    /// The service's name without `.service`.
    var serviceName: String
    /// The name of the container, volume, network, image …; empty until it is known, or where only systemd can know it.
    var resourceName: String
    /// For a pod, the services of the containers that start with it.
    var containers: [String] = []

    /// The service's whole name.
    var service: String { serviceName + ".service" }
  }

  private var entries: [String: Entry] = [:]

  subscript(name: String) -> Entry? { entries[name] }

  /// Registers a unit before anything is converted. Containers, builds and pods have their resource's name from the
  /// start, the others when they are converted.
  mutating func register(_ unit: LoadedUnit) {
    let resource =
      switch unit.kind {
      case .container: unit.resolvedContainerName
      case .build: unit.section.all("ImageTag").first ?? ""
      case .pod: unit.podName
      case .volume, .network, .kube, .image, .artifact: ""
      }
    entries[unit.name] = Entry(serviceName: unit.serviceName, resourceName: resource)
  }

  /// Notes the resource that a converted unit makes.
  mutating func setResource(_ resource: String, of name: String) { entries[name]?.resourceName = resource }

  /// Notes that `service` starts with the pod of the file `pod`.
  mutating func add(container service: String, to pod: String) { entries[pod]?.containers.append(service) }
}
