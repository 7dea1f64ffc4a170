#!/usr/bin/env bash
# Sets up, builds, and shows a cluster on this machine: a Kafka broker, a Prometheus, an RTMP server that records, ingest, and
# two workers. Live streams are pushed, some with edited copies of a reference; another reference is added while they run, and a
# worker is killed. Takes about two minutes and leaves events and logs in out/demo-cluster.
#
#   scripts/demo-cluster.sh
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;; esac

scripts/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target staydown
staydown=$PWD/build/release/src/staydown
out=$PWD/out/demo-cluster
rm -rf "$out"
mkdir -p "$out/rec"
broker=$out/broker
children=()
finish() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  scripts/kafka.sh stop "$broker"
}
trap finish EXIT
start() { # LOG COMMAND...: in the background
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null &
  children+=($!)
}
await() { # PATIENCE WHAT COMMAND...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || { echo "demo: waited too long for $what; see $out" >&2; exit 1; }
    sleep 0.2
  done
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
encode() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }
nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx)  # not in everybody's PATH
x264=(-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50 -b:v 600k -an)

echo
echo "== Two references and other footage =="
encode -f lavfi -i mandelbrot=size=640x360:rate=25:start_scale=1.2:end_scale=0.002:end_pts=1500 -t 30 "${x264[@]}" "$out/attack.mp4"
encode -f lavfi -i cellauto=size=640x360:rate=25:rule=110:seed=5 -t 30 "${x264[@]}" "$out/later.mp4"
other=(-f lavfi -i "life=size=160x90:rate=25:mold=12:ratio=0.4:seed=7:death_color=#203050:life_color=#f0e0a0,scale=640:360:flags=neighbor")
letterboxed="scale=640:272,eq=brightness=0.06:contrast=1.1,pad=640:360:0:44,setsar=1,fps=25,format=yuv420p"
plain="scale=640:360,setsar=1,fps=25,format=yuv420p"
footage() { # VIDEO FILTER OUT: other footage, an edited copy, other footage
  encode "${other[@]}" -ss 3 -t 14 -i "$1" -filter_complex \
    "[0:v]$plain,split[x][y];[x]trim=0:8[a];[y]trim=8:26,setpts=PTS-STARTPTS[c];[1:v]$2[b];[a][b][c]concat=n=3:v=1[v]" \
    -map '[v]' -t 40 "${x264[@]}" -tune zerolatency "$3"
}
footage "$out/attack.mp4" "$letterboxed" "$out/copy.mp4"
footage "$out/attack.mp4" "hflip,$plain" "$out/mirrored.mp4"
footage "$out/later.mp4" "$plain" "$out/unknown.mp4"
encode "${other[@]}" -vf "$plain" -t 40 "${x264[@]}" "$out/clean.mp4"

echo "== A broker, topics, a reference =="
export STAYDOWN_BROKERS
STAYDOWN_BROKERS=$(scripts/kafka.sh start "$broker")
"$staydown" topics create --partitions 8
"$staydown" reference add "$out/attack.mp4" --id attack --label "Demo attack" --grounds "notice 2026-001"

echo "== Two workers, Prometheus, ingest with hooks, an RTMP server =="
ports=()
for worker in 1 2; do
  ports+=("$(free_port)")
  start "$out/worker-$worker.log" "$staydown" worker --instance "worker-$worker" --threads 1 \
    --bank "$out/worker-$worker.db" --listen "${ports[-1]}"
done
worker_1=${children[0]}
prometheus=$(free_port)
cat >"$out/prometheus.yaml" <<END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$PWD/helm/staydown/rules/staydown.yaml]
scrape_configs:
  - job_name: staydown
    static_configs: [{targets: ["127.0.0.1:${ports[0]}", "127.0.0.1:${ports[1]}"], labels: {namespace: demo}}]
END
start "$out/prometheus.log" prometheus --config.file="$out/prometheus.yaml" --storage.tsdb.path="$out/prometheus" \
  --web.listen-address="127.0.0.1:$prometheus"
hooks=$(free_port) rtmp=$(free_port)
head -c 16 /dev/urandom | base64 | tr -d '=+/' >"$out/token"
start "$out/ingest.log" "$staydown" ingest --hooks "$hooks" --hook-token "file:$out/token" --root "$out/rec" --account demo
cat >"$out/nginx.conf" <<END
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; worker_processes 1; pid $out/nginx.pid; error_log stderr;
$([ "$(id -u)" -ne 0 ] || echo "user root;")
events {}
rtmp { server { listen 127.0.0.1:$rtmp; application live {
  live on; record video; record_path $out/rec; record_unique on; record_interval 2s;
  on_record_done http://127.0.0.1:$hooks/hooks/nginx-rtmp?token=$(cat "$out/token");
} } }
END
start "$out/nginx.log" "$nginx" -p "$out" -c "$out/nginx.conf"
for worker in 1 2; do await 60 "worker $worker" curl -sf "http://127.0.0.1:${ports[worker - 1]}/readyz"; done
await 30 "ingest" grep -q event=hooks_listening "$out/ingest.log"
await 30 "both workers to say that they are ready" "$staydown" reference status
"$staydown" reference status

echo "== Eight live streams; three carry copies of the reference, two of a video that nobody has reported yet =="
n=0
for video in copy clean mirrored clean unknown clean copy unknown; do
  n=$((n + 1))
  start "$out/push-$n.log" ffmpeg -nostdin -loglevel error -re -stream_loop -1 -i "$out/$video.mp4" -c copy -f flv \
    "rtmp://127.0.0.1:$rtmp/live/cam-$n-$video"
done
await 60 "the first event" grep -q event=takedown_event "$out"/worker-*.log

echo "== The second video is reported: added while the streams run =="
"$staydown" reference add "$out/later.mp4" --id later --label "Reported meanwhile" --grounds "notice 2026-002"

echo "== Worker 1 is killed; worker 2 takes over =="
disown "$worker_1"  # or the shell reports its end
kill -9 "$worker_1"
found() { [ "$(cat "$out"/worker-*.log | grep -o 'event=takedown_event.* step=opened' | grep -o 'stream=[^ ]*' | sort -u | wc -l)" -ge 5 ]; }
await 90 "all five copies to be found" found

ask() {
  curl -sG "http://127.0.0.1:$prometheus/api/v1/query" --data-urlencode "query=$1" |
    python3 -c 'import json,sys; r = json.load(sys.stdin)["data"]["result"]; print(r[0]["value"][1][:5] if r else "-")'
}
echo
echo "== Events (first of each stream) =="
cat "$out"/worker-*.log | grep event=takedown_event | grep step=opened | sed 's/.*event=takedown_event //' | sort -u -t= -k3,3
echo
echo "== Latency, seconds =="
for what in ingest_to_event exposure reference_propagation; do
  for percent in 50 99; do
    printf '%-24s p%s  %s\n' "$what" $percent \
      "$(ask "histogram_quantile(0.$percent, sum by (le) (max_over_time(staydown_${what}_seconds_bucket[10m])))")"
  done
done
echo
echo "Logs, recordings and Prometheus' data: $out. Dashboards and alerts: helm/staydown. What to do when one fires: docs/operations.md."
