#!/usr/bin/env bash
# The demo: nats-server with JetStream, the server, a feed of trades, and the page. `make run` starts it.
# `demo/run.sh overload`, which `make demo-overload` starts: a server of a tenth of a core, 200 clients, a burst, and what becomes of it;
# ends by itself within 90 s, with 0 when the server refused, paused and came back, and nothing was lost.
#
#   NATS_URL      use this broker instead of starting one
#   NATS_SERVER   the nats-server to start                  (default: the one on PATH)
#   NATS_PORT     where it listens                          (default: 4222, or a free one)
#   WS_ADDR       where the server listens                  (default: 127.0.0.1:3002)
#   FEED_RATE     trades a second, 0 for no feed            (default: 12)
#   FEED_SYMBOLS  symbols that trade                        (default: 100)
#   WSFANOUT      the program to run                        (default: artifacts/wsfanout/wsfanout)
#   KEEP=1        overload: go on afterwards, with the feed, until Ctrl-C
#
# Every other variable (WS_*, JS_*, NATS_*, LOG_*) reaches the server as it is.
set -u -o pipefail

# A shell that starts this in the background makes it ignore SIGINT, which bash can't undo by itself.
if [[ -z ${WSFANOUT_DEMO_SIGNALS:-} ]] && env --default-signal=INT true 2>/dev/null; then
  WSFANOUT_DEMO_SIGNALS=default exec env --default-signal=INT,QUIT bash "${BASH_SOURCE[0]}" "$@"
fi
unset WSFANOUT_DEMO_SIGNALS

# Nothing here asks a question; with standard input closed the next file opened would become it.
exec </dev/null

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 1
readonly root
readonly program=${WSFANOUT:-$root/artifacts/wsfanout/wsfanout}
ready_within=30
readonly nats_image=nats:2.10.27-alpine

say() { printf 'demo: %s\n' "$*"; }
fail() {
  printf 'demo: %s\n' "$@" >&2
  exit 1
}

((BASH_VERSINFO[0] >= 5)) || fail "this needs bash 5 or later; this one is $BASH_VERSION."

readonly mode=${1:-run}
case $mode in
  run) readonly command='make run' ;;
  overload) readonly command='make demo-overload' ;;
  *) fail "$mode: unknown; there is 'overload', and nothing at all for the demo of make run." ;;
esac

# --- the caretaker: one place that ends everything, whatever happened to this script

# Reads "process <pid> <seconds> <name>", "container <name>" and "directory <path>" until the script is gone for whatever
# reason, even by kill -9: then its end of the pipe is closed. Ends everything in reverse: TERM, and KILL after the seconds given.
caretaker() {
  trap '' INT TERM HUP QUIT
  local -a kept=()
  local line kind a b i
  while IFS= read -r line; do kept+=("$line"); done
  for ((i = ${#kept[@]} - 1; i >= 0; i--)); do
    read -r kind a b <<<"${kept[i]}"
    case $kind in
      process) end_process "$a" "${b%% *}" ;;
      container) docker rm -f "$a" >/dev/null 2>&1 ;;
      directory) rm -rf -- "$a" ;;
    esac
  done
}

end_process() {
  local pid=$1 patience=$2 tenth
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((tenth = 0; tenth < patience * 10; tenth++)); do
    is_alive "$pid" || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
  for ((tenth = 0; tenth < 20; tenth++)); do
    is_alive "$pid" || return 0
    sleep 0.1
  done
}

# A process that has ended but that nobody has waited for yet still answers to kill -0.
is_alive() {
  kill -0 "$1" 2>/dev/null || return 1
  local stat=
  { [[ -r /proc/$1/stat ]] && stat=$(<"/proc/$1/stat"); } 2>/dev/null
  stat=${stat##*) }
  [[ ${stat:0:1} != Z ]]
}

exec {keep}> >(caretaker)
readonly caretaker_pid=$!
# shellcheck disable=SC2317  # Called by the trap.
leave() {
  trap '' INT TERM HUP QUIT
  exec {keep}>&-
  wait "$caretaker_pid" 2>/dev/null
}
trap leave EXIT
trap 'say "ending …"; exit 130' INT
trap 'say "ending …"; exit 143' TERM
trap 'exit 129' HUP

work=$(mktemp -d "${TMPDIR:-/tmp}/wsfanout-demo.XXXXXX") || fail "no directory for temporary files in ${TMPDIR:-/tmp}."
readonly work
echo "directory $work" >&"$keep"

declare -a parts=()
declare -A part_names=()

# start NAME SECONDS LOG COMMAND…: in a session of its own, so that Ctrl-C reaches this script alone and things end in order;
# and, where the system can, so that it ends with this script even if the caretaker was killed too. Its temporary files go with ours:
# a .NET program that is ended while it starts leaves some.
start() {
  local name=$1 patience=$2 log=$3
  shift 3
  local -a with=(env TMPDIR="$work")
  command -v setsid >/dev/null && with+=(setsid)
  setpriv --pdeathsig TERM true 2>/dev/null && with+=(setpriv --pdeathsig TERM)
  if [[ $log == - ]]; then
    "${with[@]}" "$@" {keep}>&- &
  else
    "${with[@]}" "$@" {keep}>&- >"$log" 2>&1 &
  fi
  started=$!
  parts+=("$started")
  part_names[$started]=$name
  echo "process $started $patience $name" >&"$keep"
}

# An address without the user and password that may stand in it.
# shellcheck disable=SC2001  # A list of addresses needs more than one replacement.
masked() { sed 's#//[^/@,]*@#//***@#g' <<<"$1"; }

# --- ports

is_port_taken() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# Below the range from which outgoing connections take theirs: one of those is seen only when binding fails.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    is_port_taken 127.0.0.1 "$port" || { echo "$port"; return; }
  done
  return 1
}

# Who listens there, as well as this user may know: " (wsfanout, process 4711)".
listener_of() {
  command -v ss >/dev/null || return 0
  ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\),.*/ (\1, process \2)/p' | head -n 1
}

# --- the parts

find_nats_server() {
  local found
  for found in "${NATS_SERVER:-}" "$(command -v nats-server)" /usr/sbin/nats-server /usr/local/bin/nats-server; do
    [[ -n $found && -x $found ]] && { echo "$found"; return; }
  done
  return 1
}

install_nats_server() {
  local -a how
  if command -v apt-get >/dev/null; then
    how=(apt-get install -y --no-install-recommends nats-server)
  elif command -v apk >/dev/null; then
    how=(apk add nats-server)
  else
    return 1
  fi
  [[ $(id -u) == 0 ]] || return 1
  say "no nats-server here; installing it: ${how[*]}"
  DEBIAN_FRONTEND=noninteractive "${how[@]}" >"$work/install.log" 2>&1 && return
  if [[ ${how[0]} == apt-get ]]; then
    say "the list of packages is old or missing: apt-get update"
    apt-get update >>"$work/install.log" 2>&1 && DEBIAN_FRONTEND=noninteractive "${how[@]}" >>"$work/install.log" 2>&1 && return
  fi
  tail -n 5 "$work/install.log" >&2
  return 1
}

start_nats() {
  [[ -z ${NATS_SERVER:-} || -x $NATS_SERVER ]] || fail "NATS_SERVER=$NATS_SERVER is not a program."
  local server='' port=${NATS_PORT:-4222}
  if ! server=$(find_nats_server); then
    if install_nats_server; then
      server=$(find_nats_server)
    elif ! docker info >/dev/null 2>&1; then
      fail "there is no nats-server here. Install it (Debian, Ubuntu: sudo apt-get install nats-server; macOS: brew install nats-server;" \
        "others: https://nats.io/download), or start Docker, or point NATS_URL at one that runs, and try again."
    fi
  fi

  # After the installation: a package may start a server of its own.
  if is_port_taken 127.0.0.1 "$port"; then
    [[ -z ${NATS_PORT:-} ]] || fail "port $port is in use$(listener_of "$port"); set NATS_PORT to another one."
    say "port $port is in use$(listener_of "$port"); the demo's own nats-server takes another one (or set NATS_URL to use that one)."
    port=$(free_port) || fail "no free port found."
  fi

  if [[ -n $server ]]; then
    start nats-server 5 "$work/nats.log" "$server" -js -a 127.0.0.1 -p "$port" -sd "$work/jetstream"
  else
    say "no nats-server here; starting it by Docker: $nats_image"
    local container=wsfanout-demo-$$ ready_within=300 # The image may have to come first.
    echo "container $container" >&"$keep"
    start nats-server 10 "$work/nats.log" docker run --rm --name "$container" -p "127.0.0.1:$port:4222" "$nats_image" -js
  fi
  NATS_URL=nats://127.0.0.1:$port
  nats_pid=$started
  wait_until "nats-server" "$started" "$work/nats.log" is_port_taken 127.0.0.1 "$port"
}

# wait_until NAME PID LOG COMMAND…: until the command succeeds; shows the log when the part ends or takes too long.
wait_until() {
  local name=$1 pid=$2 log=$3 deadline=$((SECONDS + ready_within)) code
  shift 3
  until "$@"; do
    if ! is_alive "$pid"; then
      wait "$pid"
      code=$?
      show_log "$log"
      fail "$name has ended (exit code $code); its last lines are above."
    fi
    if ((SECONDS >= deadline)); then
      show_log "$log"
      fail "$name is not ready after $ready_within s; its last lines are above."
    fi
    sleep 0.2
  done
}

show_log() { tail -n 30 "$1" | sed 's/^/  | /' >&2; }

# shellcheck disable=SC2317  # Called by wait_until.
is_ready() { "$program" health --ready --url "http://$host:$port" >/dev/null 2>&1; }

choose_address() {
  WS_ADDR=${WS_ADDR:-127.0.0.1:3002}
  port=${WS_ADDR##*:}
  host=${WS_ADDR%:*}
  [[ $port =~ ^[0-9]+$ && $WS_ADDR == *:* ]] || fail "WS_ADDR=$WS_ADDR: must be host:port or :port."
  if [[ $port == 0 ]]; then
    port=$(free_port) || fail "no free port found."
    WS_ADDR=$host:$port
  fi
  case $host in '' | '*' | 0.0.0.0 | '[::]') host=127.0.0.1 ;; esac
  if is_port_taken "${host//[\[\]]/}" "$port"; then
    fail "port $port is in use$(listener_of "$port"). Another make run? End it, or choose another port: WS_ADDR=127.0.0.1:$((port + 1)) $command"
  fi
}

start_server() {
  start server 10 "$work/server.log" env NATS_URL="$NATS_URL" WS_ADDR="$WS_ADDR" LOG_FORMAT="${LOG_FORMAT:-text}" "$program"
  server_pid=$started
  wait_until "the server" "$started" "$work/server.log" is_ready
  # A stream that has other limits than asked for, or anything else that the server found odd.
  grep -iE '\b(warning|warn|wrn)\b' "$work/server.log" | head -n 10 | sed 's/^/  | /'
}

start_feed() {
  [[ ${FEED_RATE:-12} =~ ^0*(\.0*)?$ ]] && return
  start feed 3 - "$program" feed --url "http://$host:$port" --rate "${FEED_RATE:-12}" --symbols "${FEED_SYMBOLS:-100}"
}

# The limit is the server's own account of its CPU time, so this needs no container. To a tenth of a core even the compiler of .NET is overload:
# samples of two seconds take its work at the start for what it is. Small pulls: what was asked for before a pause is taken at once after it, and the default 256
# would be the whole backlog. The stream keeps all else for long enough.
choose_overload() {
  command -v node >/dev/null || fail "node is not there: version 18 or later is needed (https://nodejs.org)."
  export WS_CPU_LIMIT=${WS_CPU_LIMIT:-0.1} WS_CPU_SAMPLE_INTERVAL=${WS_CPU_SAMPLE_INTERVAL:-2s}
  export WS_MAX_CONNECTIONS=${WS_MAX_CONNECTIONS:-300} JS_PULL_BATCH=${JS_PULL_BATCH:-16} JS_STREAM_MAX_AGE=${JS_STREAM_MAX_AGE:-1h}
}

# Its output is the demo's; ends the demo with what it ends with, unless that is to be kept.
run_overload() {
  local code=0
  start overload 5 - env DEMO_NATS_URL="$NATS_URL" DEMO_WS_URL="ws://$host:$port/ws" node "$root/demo/overload/overload.cjs"
  local overload_pid=$started
  wait -n "${parts[@]}" || code=$?
  is_alive "$overload_pid" && return
  [[ ${KEEP:-} == 1 ]] || exit "$code"
  parts=("${parts[@]:0:${#parts[@]}-1}")
  say "KEEP=1: the server goes on (that was exit code $code); Ctrl-C ends it."
  start_feed
}

print_welcome() {
  local url=http://$host:$port auth=
  local -a lines=("" "  page      $url/")
  if [[ -n ${WS_PUBLISH_TOKEN:-} ]]; then
    lines+=("            $url/#publish=$WS_PUBLISH_TOKEN   (the same, with the token for its publish box)")
    auth=" -H 'Authorization: Bearer $WS_PUBLISH_TOKEN'"
  fi
  lines+=(
    "  publish   curl$auth -d '{\"hello\":\"world\"}' $url/publish/BTC.trade"
    "  watch     $program tail 'BTC.*' --url ws://$host:$port/ws"
    "  NATS      $(masked "$NATS_URL")"
    "  log       tail -f $work/server.log"
    "  stop      Ctrl-C"
    ""
  )
  printf '%s\n' "${lines[@]}"
}

[[ -x $program ]] || fail "$program is not there: run 'make build' first."
choose_address
[[ $mode == overload ]] && choose_overload
if [[ -n ${NATS_URL:-} ]]; then
  say "using the NATS at $(masked "$NATS_URL")"
else
  start_nats
fi
start_server
[[ $mode == run ]] && start_feed
print_welcome
[[ $mode == overload ]] && run_overload

# The parts run until one of them ends, which ends the demo, or until a signal does.
wait -n "${parts[@]}" 2>/dev/null
code=$?
for pid in "${parts[@]}"; do
  is_alive "$pid" && continue
  [[ $pid == "${server_pid:-}" ]] && show_log "$work/server.log"
  [[ $pid == "${nats_pid:-}" ]] && show_log "$work/nats.log"
  fail "the ${part_names[$pid]} has ended (exit code $code), so the demo ends."
done
fail "a part of the demo has ended (exit code $code)."
