#!/bin/sh
# mode.sh MODE FOLDER PROGRAM: `PROGRAM collect` in one of the modes of docs/collectors/modes.md. To be run in a mount namespace of its
# own. A stand-in for systemd listens where the host's bus would.
set -e
mode=$1 folder=$2 program=$3
stub=$(dirname "$0")/../../SystemdRuntimeTests/Fixtures/systemd.py
# -n: /etc/mtab is no business of a namespace.
mount -n --make-rprivate /
mount -n -t tmpfs none /run
mkdir /run/dbus
# Everybody has to reach the program, wherever it was built.
cp "$program" /run/ll-agent
mkfifo /run/lifeline
python3 "$stub" /run/dbus/system_bus_socket bus < /run/lifeline > /dev/null 2>&1 &
exec 9> /run/lifeline
while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
chmod 0666 /run/dbus/system_bus_socket
unprivileged='setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --no-new-privs'
case $mode in
root) /run/ll-agent collect ;;
nobody) $unprivileged /run/ll-agent collect ;;
pod | bareMount)
  bind=--rbind
  if [ "$mode" = bareMount ]; then bind=--bind; fi
  chmod 0755 "$folder"
  mkdir "$folder/host"
  mount -n $bind / "$folder/host"
  mount -n -o remount,bind,ro "$folder/host"
  unshare --mount --pid --net --fork --kill-child sh -c \
    "mount -n -t proc proc /proc && exec $unprivileged /run/ll-agent collect --rootfs '$folder/host'"
  ;;
esac
