/// A template that cannot be read or carried out, in the words of Go's text/template.
struct GoTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// The parts of Go's text/template that rendered configurations use: text, pipelines of functions and field chains,
/// `with`, `if`, `range` with `else`, and trim markers. Anything else is refused.
indirect enum GoTemplateNode: Sendable, Hashable {
  case text(String)
  case output(GoPipeline)
  case with(GoPipeline, [GoTemplateNode], otherwise: [GoTemplateNode])
  case condition(GoPipeline, [GoTemplateNode], otherwise: [GoTemplateNode])
  case range(GoPipeline, [GoTemplateNode], otherwise: [GoTemplateNode])
}

/// Commands joined by `|`; each gets the one before it as its last argument.
struct GoPipeline: Sendable, Hashable {
  var commands: [[GoOperand]]
}

/// A word of a command.
indirect enum GoOperand: Sendable, Hashable {
  case function(String)
  case field([String])
  case literal(JSONValue)
  case pipeline(GoPipeline)
}
