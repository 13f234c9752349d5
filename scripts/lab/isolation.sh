# shellcheck shell=bash
# Sourced by nspawn and qemu: what runs a script again in namespaces of its own.

# Runs a command under unshare, with its options in front, and exits as it does. The outer process is for
# signals, which unshare keeps to itself: SIGTERM and SIGINT become SIGTERM there. When the outer one is killed, the inner ones
# are too, and with the process namespace's first everything in it.
isolated() { # UNSHARE-OPTION… COMMAND…
  local inner status=0
  LL_LAB_INSIDE=yes setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc "$@" &
  inner=$!
  # shellcheck disable=SC2064 # the number is known now
  trap "kill -TERM \$(cat /proc/$inner/task/$inner/children) 2>/dev/null || true" TERM INT
  wait_for "$inner" || status=$?
  exit "$status"
}

# A signal interrupts the shell's wait, not what it waits for.
wait_for() { # PID
  local status=0
  wait "$1" || status=$?
  while kill -0 "$1" 2>/dev/null; do
    status=0
    wait "$1" || status=$?
  done
  return "$status"
}
