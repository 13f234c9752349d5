import Diagnostics
import Foundation
import Ignition
import Quadlet
import TestSupport

@testable import BootImage

/// The example cluster as committed, with edits: what the rendering tests start from.
struct ExampleInputs {
  var cluster: Document<ClusterDefinition>
  var images: [NodeRole: Document<ImageDefinition>]

  init() throws {
    func bytes(_ path: String) throws -> [UInt8] {
      try Array(Data(contentsOf: SharedFolder.checkout.appendingPathComponent(path)))
    }
    guard let cluster = ClusterFile.read(try bytes("clusters/example.yaml"), file: "clusters/example.yaml").0 else {
      throw CocoaError(.fileReadCorruptFile)
    }
    self.cluster = cluster
    images = [:]
    for role in NodeRole.allCases {
      let path = "images/\(role.rawValue)/image.yaml"
      images[role] = ImageFile.read(try bytes(path), file: path).0
    }
  }

  var inputs: BuildInputs {
    var inputs = BuildInputs(cluster: cluster, images: images)
    inputs.cluster = cluster
    return inputs
  }

  func plan(_ name: String, options: BuildOptions = BuildOptions()) throws -> NodePlan {
    guard let node = cluster.definition.nodes.first(where: { $0.name == name }),
      let image = images[node.role]?.definition
    else { throw CocoaError(.fileNoSuchFile) }
    return NodePlan(node, image: image, shared: ClusterPlan(cluster.definition, options: options))
  }
}

extension NodeContent {
  func text(_ path: String) -> String? {
    for file in files where file.path == path { if case .text(let text) = file.contents { return text } }
    return nil
  }

  func unit(_ name: String) -> Unit? { units.first { $0.name == name } }

  func quadlet(_ name: String) -> Quadlet? { quadlets.first { $0.unit.name == name } }
}
