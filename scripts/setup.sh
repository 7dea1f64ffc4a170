#!/usr/bin/env bash
# Installs what is missing to build, test and measure Staydown on Debian 12. Safe to run again; prints nothing when
# nothing is to do.
set -euo pipefail

packages=(
  # build
  build-essential ccache cmake ninja-build pkg-config
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev
  libfaiss-dev libopenblas-serial-dev liblapack-dev
  libsqlite3-dev libssl-dev
  librdkafka-dev prometheus-cpp-dev libcpp-httplib-dev libcurl4-openssl-dev
  libcli11-dev libyaml-cpp-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libexpected-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  # tests, demo, benchmarks
  chromium ffmpeg fonts-dejavu-core python3 python3-jsonschema python3-numpy sqlite3
  maven openjdk-17-jre-headless  # the real broker, see scripts/kafka.sh
  prometheus python3-yaml        # alerts and dashboards, see tests/operations
  curl nginx-light libnginx-mod-rtmp  # a media server with hooks
)
# Only developers need these: `scripts/setup.sh --dev`.
dev_packages=(clang clang-format clang-tidy libclang-rt-14-dev python3-venv python3-dev libavdevice-dev libavfilter-dev)

case "${1:-}" in
  "") ;;
  --dev) packages+=("${dev_packages[@]}") ;;
  *)
    echo "usage: scripts/setup.sh [--dev]   (--dev adds clang, clang-format, clang-tidy and what the open peer's build needs)" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this system has no dpkg; install by hand what scripts/setup.sh lists, then run cmake --preset dev" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run as root, or install sudo, to install: ${missing[*]}" >&2; exit 1; }
  sudo=(sudo)
fi

echo "setup: installing ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { "${sudo[@]}" apt-get -qq update && "${sudo[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "setup: apt-get failed; the lines above are its last" >&2
  exit 1
fi
