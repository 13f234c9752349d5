/// What a runbook's shell finds instead of a network, nodes and OpenBao.
enum StandInPrograms {
  /// Paths below the desk's folder, and scripts.
  static let all: [(String, String)] = [
    ("bin/ll-bootimage", bootimage), ("bin/ssh", ssh), ("bin/bao", bao), ("bin/kubectl", nothing),
    ("bin/sleep", nothing), ("node-bin/sudo", "#!/bin/bash\nexec \"$@\"\n"), ("node-bin/ll-tpm", tpm),
    ("node-bin/systemctl", systemctl),
  ]

  private static let nothing = "#!/bin/bash\n"

  /// What a person would be asked for.
  private static let bootimage = """
    #!/bin/bash
    opening=(--identity "$LL_DESK/desk.identity" --root-passphrase-file "$LL_DESK/root.passphrase")
    case "$1 ${2:-}" in
      'pki show' | 'pki table' | 'seal drill') exec "$LL_BOOTIMAGE" "$@" ;;
      'pki init') exec "$LL_BOOTIMAGE" "$@" "${opening[@]}" --recipient "$(age-keygen -y "$LL_DESK/desk.identity")" ;;
      pki* | seal*) exec "$LL_BOOTIMAGE" "$@" "${opening[@]}" ;;
      *) exec "$LL_BOOTIMAGE" "$@" ;;
    esac

    """

  /// A command on a node happens in its folder. LL_CUT ends the connection after so many bytes.
  private static let ssh = """
    #!/bin/bash
    node=${1#core@}
    shift
    root="$LL_DESK/nodes/$node"
    [ -d "$root" ] || { echo "ssh: $node: no route to host" >&2; exit 255; }
    printf '%s: %s\\n' "$node" "$*" >> "$LL_DESK/ssh.log"
    export LL_NODE=$node LL_ROOT=$root PATH="$LL_DESK/node-bin:$PATH"
    command=$(sed "s#/etc/#$root/etc/#g" <<< "$*")
    if [ -n "${LL_CUT:-}" ]; then head -c "$LL_CUT" | sh -c "$command"; else sh -c "$command"; fi

    """

  /// The node's own ll-tpm, with its TPM switched on, and paths in manifests that are the folder's.
  private static let tpm = """
    #!/bin/bash
    words=()
    for word; do
      if [[ $word = *.conf ]]; then
        sed "s#/etc/#$LL_ROOT/etc/#; s#/run/ll/#$LL_MEMORY/$LL_NODE/#; /^Owner/d; /^SELinuxContext/d" "$word" > "$LL_ROOT/manifest.conf"
        word="$LL_ROOT/manifest.conf"
      fi
      words+=("$word")
    done
    case $1 in identity | doctor) words+=(--event-log "$LL_EVENTLOG") ;; esac
    exec "$LL_SIMULATED" "$LL_DESK/tpm-$LL_NODE" "$LL_EVENTLOG" -- "$LL_TPM" "${words[@]}"

    """

  /// `restart openbao` and `restart openbao-agent`: the oneshots before them, then the service.
  private static let systemctl = """
    #!/bin/bash
    [ "$*" != 'start cluster-addons' ] || exit 0
    [ "$1" = restart ] || exit 5
    shift
    for unit; do
      case $unit in openbao) bundle=openbao ;; openbao-agent) bundle=login ;; *) exit 5 ;; esac
      [ -e "$LL_ROOT/etc/ll/release/$bundle.conf" ] || continue # no OpenBao on a worker
      memory="$LL_MEMORY/$LL_NODE/$bundle"
      rm -rf "$memory" && mkdir -p "$memory"
      ll-tpm import --manifest "$LL_ROOT/etc/ll/release/$bundle.conf" >&2 || exit
      ll-tpm unseal --manifest "$LL_ROOT/etc/ll/release/$bundle.conf" >&2 || exit
      [ $bundle = openbao ] && [ -z "${LL_REAL:-}" ] || continue
      # The static seal: the root key is under one key, and current_key or previous_key must be that one.
      keys=$(sed -n 's#.*\\(current\\|previous\\)_key = "file:///run/ll/openbao/\\(.*\\)"#\\2#p' "$LL_ROOT/etc/openbao/openbao.hcl")
      for key in $keys; do [ -e "$memory/$key" ] || { echo "openbao: $key is missing" >&2; exit 1; }; done
      sha256sum < "$memory/static-seal.key" > "$LL_ROOT/current-key"
      [ -e "$LL_DESK/root-key-under" ] || cp "$LL_ROOT/current-key" "$LL_DESK/root-key-under"
      opened=
      for key in $keys; do ! sha256sum < "$memory/$key" | cmp -s - "$LL_DESK/root-key-under" || opened=yes; done
      [ -n "$opened" ] || { echo 'openbao: unknown key id for data' >&2; exit 1; }
    done

    """

  /// The one thing in OpenBao that changes which key the masters need; everything else is in `RealOpenBaoTests`.
  private static let bao = """
    #!/bin/bash
    printf '%s\\n' "$*" >> "$LL_DESK/bao.log"
    [ "$*" != 'write -force sys/rotate/root' ] || cp "$LL_DESK/nodes/master-1/current-key" "$LL_DESK/root-key-under"

    """
}
