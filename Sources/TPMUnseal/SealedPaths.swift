public import SealedObject

/// Where a sealed file and its sidecar lie: `openbao.pem` and `openbao.json`.
public struct SealedPaths: Sendable, Hashable {
  /// The sealed file.
  public let blob: String
  /// The sidecar beside it.
  public let sidecar: String

  /// The paths for that sealed file: its ending, `.pem` or none, becomes `.json`.
  public init(blob: String) {
    self.blob = blob
    sidecar = (blob.hasSuffix(".pem") ? String(blob.dropLast(4)) : blob) + ".json"
  }

  /// Reads both and checks all of it that can be checked without a TPM. The pair is `nil` where the report has errors.
  public func read(pinned: ReleaseKey? = nil) throws(ReleaseError) -> SealedPair.Check {
    SealedPair.check(
      file: try PlainFile.read(blob), named: blob, sidecar: try PlainFile.read(sidecar), named: sidecar, pinned: pinned)
  }

  /// Writes both, the sidecar first: a new sidecar beside an old file is refused by its key id, and nothing is lost. Each is the old or the new one at
  /// every moment.
  public func write(_ pair: SealedPair) throws(UnsealError) {
    let pem: [UInt8]
    do { pem = try pair.file.pem() } catch { throw .sealed(error) }
    do throws(ReleaseError) {
      try PlainFile.replace(sidecar, with: pair.sidecar.text)
      try PlainFile.replace(blob, with: pem)
    } catch {
      throw .release(error)
    }
  }

  /// Puts another object for the same secret into the sealed file's place; the sidecar stays.
  public func replaceObject(by pair: SealedPair) throws(UnsealError) {
    let pem: [UInt8]
    do { pem = try pair.file.pem() } catch { throw .sealed(error) }
    do { try PlainFile.replace(blob, with: pem) } catch { throw .release(error) }
  }
}
