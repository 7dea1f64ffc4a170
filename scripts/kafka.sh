#!/usr/bin/env bash
# A real broker for tests and demos: Apache Kafka (KRaft, one node) on free ports of 127.0.0.1.
#
#   scripts/kafka.sh start [FOLDER]          starts it, unless it runs already; prints host:port once it answers
#   scripts/kafka.sh stop [--keep] [FOLDER]  stops it and removes FOLDER; --keep leaves data and ports for the next start
#   scripts/kafka.sh status [FOLDER]         prints host:port and exits 0 if it answers, else exits 3
#
# FOLDER holds its data, its log, and the address in the file `brokers`. Jars are kept in ~/.cache/staydown.
set -euo pipefail

version=4.1.0
here=$(cd "$(dirname "$0")" && pwd)
pom=$here/kafka/pom.xml
cache=${XDG_CACHE_HOME:-$HOME/.cache}/staydown/kafka-$version-$(sha256sum "$pom" | head -c 8)

usage() {
  echo "usage: scripts/kafka.sh start [FOLDER] | stop [--keep] [FOLDER] | status [FOLDER]" >&2
  exit 2
}
fail() {
  echo "kafka: $*" >&2
  exit 1
}

command=${1:-}
[ $# -gt 0 ] && shift
keep=
if [ "${1:-}" = --keep ] && [ "$command" = stop ]; then
  keep=yes
  shift
fi
[ $# -le 1 ] || usage
folder=${1:-${TMPDIR:-/tmp}/staydown-kafka-$(id -u)}
case "$folder" in /*) ;; *) folder=$PWD/$folder ;; esac

# The process that serves this folder; nothing if it is gone.
pid() {
  local id
  id=$(cat "$folder/pid" 2>/dev/null) || return 0
  if [ -e "/proc/$id/cmdline" ] && tr '\0' ' ' <"/proc/$id/cmdline" | grep -qF "$folder/server.properties"; then
    echo "$id"
  fi
}

# Asks for ApiVersions (key 18, version 0); a broker that serves repeats the correlation id.
answers() {
  local port=$1 reply
  reply=$( (exec 3<>"/dev/tcp/127.0.0.1/$port" &&
    printf '\0\0\0\x0a\0\x12\0\0\0\0\0\x07\xff\xff' >&3 &&
    timeout 2 head -c 8 <&3 | od -An -tx1) 2>/dev/null) || return 1
  [[ $reply == *"00 00 00 07"* ]]
}

get_jars() {
  [ -d "$cache" ] && return
  command -v mvn >/dev/null || fail "mvn is missing; run scripts/setup.sh"
  echo "kafka: getting Apache Kafka $version (54 MB, once)" >&2
  local work
  mkdir -p "$(dirname "$cache")"
  work=$(mktemp -d "$cache.XXXXXX")
  if ! mvn -q -B -f "$pom" -DoutputDirectory="$work" dependency:copy-dependencies >"$work.log" 2>&1; then
    tail -20 "$work.log" >&2
    rm -rf "$work" "$work.log"
    fail "the jars could not be fetched; the lines above are Maven's last"
  fi
  rm "$work.log"
  mv -T "$work" "$cache" 2>/dev/null || rm -rf "$work"  # another start was quicker
}

free_ports() {
  python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))'
}

java=(java -cp "$cache/*" -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" -XX:TieredStopAtLevel=1)

# Replication and partitions of one node, no waiting for more members of a group, topics only where they are created on
# purpose, and access control that allows what nothing is said about.
write_properties() {
  local port=$1 controller=$2
  cat >"$folder/server.properties" <<END
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:$controller
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$folder/data
auto.create.topics.enable=false
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
END
}

start_once() {
  if [ ! -e "$folder/data/meta.properties" ]; then
    read -r port controller < <(free_ports)
    rm -rf "$folder/data"
    write_properties "$port" "$controller"
    "${java[@]}" kafka.tools.StorageTool format --standalone \
      -t "$(head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | tr -d '=')" -c "$folder/server.properties" \
      >"$folder/log" 2>&1 || return 1
  fi
  "${java[@]}" -Xmx512m -XX:+UseSerialGC kafka.Kafka "$folder/server.properties" \
    >>"$folder/log" 2>&1 </dev/null 9>&- &
  local id=$!
  disown "$id"
  echo "$id" >"$folder/pid"
  await "$id"
}

# Waits until the broker answers; then its address is in `brokers`.
await() {
  local id=$1 deadline=$((SECONDS + 90)) port
  port=$(sed -n 's/^advertised.listeners=.*:\([0-9]*\)$/\1/p' "$folder/server.properties")
  until answers "$port"; do
    kill -0 "$id" 2>/dev/null || return 1
    [ $SECONDS -lt $deadline ] || { kill -9 "$id"; return 1; }
    sleep 0.2
  done
  echo "127.0.0.1:$port" >"$folder/brokers"
}

case "$command" in
  start)
    command -v java >/dev/null || fail "java is missing; run scripts/setup.sh"
    mkdir -p "$folder"
    exec 9>"$folder.lock"
    flock 9
    id=$(pid)
    if [ -n "$id" ]; then
      await "$id" || fail "the broker of $folder does not answer; stop it and start again"
    else
      get_jars
      # A port that was free may be taken by the time the broker binds it.
      start_once || { [ -e "$folder/brokers" ] || rm -rf "$folder/data"; start_once; } || {
        tail -20 "$folder/log" >&2
        fail "the broker did not start; the lines above are the last of $folder/log"
      }
    fi
    cat "$folder/brokers"
    ;;
  stop)
    id=$(pid)
    if [ -n "$id" ]; then
      kill "$id"
      deadline=$((SECONDS + 30))
      while kill -0 "$id" 2>/dev/null; do
        if [ $SECONDS -ge $deadline ]; then
          echo "kafka: it did not stop within 30 s and was killed" >&2
          kill -9 "$id" 2>/dev/null || true
          break
        fi
        sleep 0.1
      done
    fi
    # Only what start has made is removed.
    [ -n "$keep" ] || [ ! -e "$folder/server.properties" ] || rm -rf "$folder" "$folder.lock"
    ;;
  status)
    port=$(sed 's/.*://' "$folder/brokers" 2>/dev/null) || port=
    if [ -n "$port" ] && [ -n "$(pid)" ] && answers "$port"; then
      cat "$folder/brokers"
    else
      echo "kafka: no broker answers for $folder" >&2
      exit 3
    fi
    ;;
  *) usage ;;
esac
