/// Whose reading of the unit syntax is meant. The two programs agree on well-formed files and differ at the edges.
public enum UnitDialect: Sendable, Hashable, CaseIterable {
  /// systemd's own (systemd.syntax(7), `config_parse` in src/shared/conf-parser.c): a trailing backslash that is not
  /// itself escaped continues the line and reads as one space; a line without `=` is ignored with a warning.
  case systemd
  /// podman's quadlet generator (pkg/systemd/parser/unitfile.go): any trailing backslash continues the line and reads
  /// as nothing at all; a line without `=`, or one before the first section, makes the whole file unusable.
  case podman
}
