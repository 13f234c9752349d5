import GRPCCore

extension SessionEnd {
  /// How a stream ended that nobody here ended.
  init(of result: Result<Void, any Error>) {
    switch result {
    case .success: self = .lost("the operator hung up")
    case .failure(let end as SessionEnd): self = end
    case .failure(let error as RPCError): self = .lost(error.sentence)
    case .failure(let error): self = .lost(Words.of("\(error)"))
    }
  }
}
