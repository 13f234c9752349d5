import Glibc
import KubernetesDouble

@main
enum KubernetesDoubleMain {
  static func main() async { exit(await DoubleProgram.run(CommandLine.arguments)) }
}
