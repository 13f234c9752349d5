/// How often something is looked at.
enum Pace {
  /// The longest pause: what waits for an answer in vain takes long too, and is to be seen soon once it is there.
  static let longest = Duration.seconds(30)

  /// The pause after a look that took this long: the usual one, or three times as long as the look where the machine is
  /// slow, so that its loops leave it time for what they look at.
  static func pause(_ usual: Duration, after look: Duration) -> Duration { max(usual, min(look * 3, longest)) }
}
