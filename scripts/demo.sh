#!/usr/bin/env bash
# Sets up, builds, and shows the main job: a reference goes into a bank, a "live" stream carries an edited copy of it, and
# staydown watches that stream at the pace at which it is on air.
#
#   scripts/demo.sh                  makes its own videos
#   scripts/demo.sh VIDEO            your own video is the reference
#   scripts/demo.sh VIDEO OTHER      ... and another one the rest of the stream
#
# Leaves everything in out/demo: bank.db, stream.ts, events.jsonl, report.html.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
for video in "$@"; do
  [ -r "$video" ] || { echo "demo: $video: cannot be read; give the path of a video file" >&2; exit 1; }
done

scripts/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target staydown
staydown=build/release/src/staydown
out=out/demo
rm -rf "$out"
mkdir -p "$out"
ffmpeg() { command ffmpeg -nostdin -hide_banner -loglevel error -y "$@"; }
x264=(-c:v libx264 -preset veryfast -pix_fmt yuv420p)

echo
echo "== A reference, and other footage =="
reference=${1:-$out/reference.mp4}
other=${2:-$out/other.mp4}
[ $# -ge 1 ] || ffmpeg -f lavfi -i mandelbrot=size=640x360:rate=25:start_scale=1.2:end_scale=0.002:end_pts=1500 \
  -t 30 "${x264[@]}" -g 50 "$reference"
[ $# -ge 2 ] || ffmpeg -f lavfi -i life=size=160x90:rate=25:mold=12:ratio=0.4:seed=7:death_color=#203050:life_color=#f0e0a0,scale=640:360:flags=neighbor \
  -t 30 "${x264[@]}" -g 50 "$other"

echo "== A live stream: other footage, then a copy of the reference (smaller, letterboxed, brighter, with a logo), then other footage =="
canvas="scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:-1:-1,setsar=1,fps=25,format=yuv420p"
copy="scale=640:272,eq=brightness=0.06:contrast=1.1,drawbox=x=16:y=14:w=60:h=20:color=white@0.6:t=fill,pad=640:360:0:44,setsar=1,fps=25,format=yuv420p"
ffmpeg -t 10 -stream_loop -1 -i "$other" -ss 4 -t 16 -i "$reference" -t 8 -stream_loop -1 -i "$other" \
  -filter_complex "[0:v]$canvas[a];[1:v]$copy[b];[2:v]$canvas[c];[a][b][c]concat=n=3:v=1[v]" \
  -map '[v]' "${x264[@]}" -b:v 600k -maxrate 600k -bufsize 1200k -g 50 -tune zerolatency -f mpegts "$out/stream.ts"

echo "== staydown reference add =="
"$staydown" reference add "$reference" --bank "$out/bank.db" --id demo-attack --label "Demo reference" \
  --grounds "notice 2026-001"

echo "== staydown scan, at real-time pace: about 35 s; the copy goes on air 10 s from now =="
status=0
"$staydown" scan "$out/stream.ts" --bank "$out/bank.db" --stream-id demo-stream --account demo-uploader --realtime \
  --output "$out/events.jsonl" --report "$out/report.html" || status=$?
[ "$status" -eq 3 ] || { echo "demo: the copy was not found (exit code $status, 3 means takedown)" >&2; exit 1; }

echo
echo "Found: exit code 3 means takedown. Events: $out/events.jsonl   Report for a moderator: $out/report.html"
