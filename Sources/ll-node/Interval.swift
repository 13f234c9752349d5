import ArgumentParser

/// The time between two looks at what a gate waits for, from 10 ms to an hour.
struct Interval: ExpressibleByArgument {
  /// What `--help` says of it; the default is the command's own.
  static let help = ArgumentHelp("The time between two looks, in seconds, from 0.01 to 3600.", valueName: "seconds")

  let duration: Duration
  let defaultValueDescription: String

  /// A command's default, in whole seconds.
  static func seconds(_ count: Int) -> Interval {
    Interval(duration: .seconds(count), defaultValueDescription: "\(count)")
  }

  private init(duration: Duration, defaultValueDescription: String) {
    self.duration = duration
    self.defaultValueDescription = defaultValueDescription
  }

  init?(argument: String) {
    guard let seconds = Double(argument), (0.01...3600).contains(seconds) else { return nil }
    self.init(duration: .milliseconds(Int(seconds * 1000)), defaultValueDescription: argument)
  }
}
