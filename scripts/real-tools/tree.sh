# shellcheck shell=bash
# Sourced by the wrappers: where the tree of Debian 13's tools lies, and how a wrapper becomes root.

real_tools=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

fail() { # STATUS TEXT…
  local status=$1
  shift
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit "$status"
}

# To be called with an option and what follows it.
need_value() { [ -n "${2:-}" ] || fail 2 "$1 takes a value (see --help)"; }

# The comment block under a script's first line is its manual page.
manual() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }

# Named after a hash of everything that decides the tree's content, so that a change of the list makes a new tree.
trixie_tree() {
  local key
  key=$({ cat "$real_tools/trixie.packages" "$real_tools/unpack-trixie" && dpkg --print-architecture; } | sha256sum)
  printf '%s/trixie-tools/%s\n' "${LL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/low-layer}" "${key:0:16}"
}

ready_tree() {
  local tree
  tree=$(trixie_tree)
  [ -e "$tree/.complete" ] || fail 3 "no tree of Debian 13's tools at $tree: run scripts/setup"
  printf '%s\n' "$tree"
}

# Mounting and chowning need root; the cache stays that of the user who asked.
as_root() { # "$@" of the script
  [ "$(id -u)" -ne 0 ] || return 0
  command -v sudo >/dev/null || fail 3 "needs root, and sudo is not installed"
  exec sudo LL_CACHE="$(dirname "$(dirname "$(trixie_tree)")")" "$0" "$@"
}
