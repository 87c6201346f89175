#!/usr/bin/env bash
# A Docker engine for the container suites, where none answers: Debian's, on a data root and a socket of its own,
# started and stopped by its process id; nothing of the machine's own Docker is touched.
#
#   eval "$(engine.sh start DIRECTORY)"    prints what to export; code 3 and one line on stderr where no engine can run
#   engine.sh stop DIRECTORY               ends the engine that was started there, and deletes what it kept
#
# Published ports are bound to 127.0.0.1 and go through the engine's own proxy; the machine's firewall is left alone.
# So containers reach each other and are reached, and reach nothing outside: builds use the machine's network. The
# bridge and its addresses are the engine's own: what an engine that was killed left on another's would answer for ours.
set -uo pipefail

settings() {
  printf 'export DOCKER_HOST=%q\n' "$1"
  echo 'export TESTCONTAINERS_RYUK_DISABLED=true'
}

cannot() {
  echo "no Docker engine: $*" >&2
  exit 3
}

install_engine() {
  command -v dockerd >/dev/null && command -v debootstrap >/dev/null && return
  [ "$(id -u)" -eq 0 ] || cannot 'none answers, and installing or starting one needs root'
  command -v apt-get >/dev/null || cannot 'none answers, and there is no apt-get to install one with'
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -q && apt-get install -y -q --no-install-recommends docker.io debootstrap; } >&2 ||
    command -v dockerd >/dev/null || cannot 'Debian’s docker.io could not be installed'
}

# make_bridge DIRECTORY: a bridge of this engine alone, on the first addresses here that nothing else has. Its name and
# the first two numbers of its addresses are left in DIRECTORY.
make_bridge() {
  local directory="$1" name="gw$$" number
  for number in {200..254}; do
    ip -4 addr show | grep -qF " 10.$number." || ip -4 route show | grep -qF "10.$number." || break
  done
  ip link add "$name" type bridge && ip addr add "10.$number.0.1/24" dev "$name" && ip link set "$name" up ||
    cannot "the bridge $name cannot be made"
  echo "$name" >"$directory/bridge"
  echo "10.$number" >"$directory/network"
}

start() {
  local directory="$1" socket pid driver waited network
  if docker version >/dev/null 2>&1; then
    settings "${DOCKER_HOST:-unix:///var/run/docker.sock}"
    return
  fi
  install_engine
  [ "$(id -u)" -eq 0 ] || cannot 'none answers, and starting one needs root'
  mkdir -p "$directory" && directory="$(cd "$directory" && pwd)" || cannot "$directory cannot be made"
  [ ! -f "$directory/started" ] || cannot "one was started in $directory already: stop that one first"
  socket="$directory/sock"
  [ ${#socket} -lt 100 ] || cannot "the path of the socket is too long: $socket"
  make_bridge "$directory" >&2
  network="$(cat "$directory/network")"
  for driver in overlay2 vfs; do
    dockerd --host "unix://$socket" --data-root "$directory/data" --exec-root "$directory/exec" \
      --pidfile "$directory/pid" --storage-driver "$driver" --iptables=false --ip6tables=false --ip 127.0.0.1 \
      --bridge "$(cat "$directory/bridge")" --default-address-pool "base=$network.128.0/17,size=24" \
      >"$directory/log" 2>&1 </dev/null &
    pid=$!
    for ((waited = 0; waited < 300; waited++)); do
      kill -0 "$pid" 2>/dev/null || break
      if DOCKER_HOST="unix://$socket" docker version >/dev/null 2>&1; then
        echo "$pid" >"$directory/started"
        settings "unix://$socket"
        # Where this itself runs in something like a container, another address would be guessed.
        echo 'export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1'
        return
      fi
      sleep 0.1
    done
    kill "$pid" 2>/dev/null && wait "$pid"
  done
  cannot "dockerd does not start here: $(grep -iE 'failed|error' "$directory/log" | tail -n 1)"
}

stop() {
  local directory="$1" pid waited
  if [ -f "$directory/started" ]; then
    pid="$(cat "$directory/started")"
    # Only what is still that engine: a number may have been given to another process since.
    if grep -aq dockerd "/proc/$pid/cmdline" 2>/dev/null; then
      kill "$pid"
      for ((waited = 0; waited < 300; waited++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
      done
    fi
  fi
  [ ! -f "$directory/bridge" ] || ip link delete "$(cat "$directory/bridge")" 2>/dev/null || true
  grep -oE " $directory/[^ ]+" /proc/self/mounts | sort -r | while read -r mounted; do umount "$mounted"; done
  rm -rf "$directory"
}

case "${1:-} ${2:-}" in
  'start '?*) start "$2" ;;
  'stop '?*) stop "$(realpath -m "$2")" ;;
  *)
    echo 'usage: engine.sh start|stop DIRECTORY' >&2
    exit 2
    ;;
esac
