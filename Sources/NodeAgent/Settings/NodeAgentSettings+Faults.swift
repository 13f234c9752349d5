import OpenBao

extension NodeAgentSettings {
  /// What is wrong with the files that these settings name and `others` do not: anchors, the operator's token, the first
  /// login. An agent that starts may wait for such files; one that runs well gains nothing by settings that name none.
  public func faults(insteadOf others: NodeAgentSettings? = nil) -> [String] {
    var faults: [String] = []
    func check(_ path: String?, _ other: String?, _ read: (String) throws(IdentityError) -> Void) {
      guard let path, path != other else { return }
      do throws(IdentityError) { try read(path) } catch { faults.append(error.description) }
    }
    let anchors = { (path: String) throws(IdentityError) in _ = try TrustedIssuers(path: path).certificates() }
    check(licenseOperator.anchors, others?.licenseOperator.anchors, anchors)
    check(licenseOperator.tokenFile, others?.licenseOperator.tokenFile) { (path) throws(IdentityError) in
      _ = try TokenFile(path: path).bytes()
    }
    check(authority?.endpoint.anchors, others?.authority?.endpoint.anchors, anchors)
    check(authority?.enrollment.issuerAnchors, others?.authority?.enrollment.issuerAnchors, anchors)
    if let login = authority?.login, login != others?.authority?.login {
      do throws(IdentityError) { _ = try LoginFile(login) } catch { faults.append(error.description) }
    }
    return faults
  }
}
