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
  python3-pip unzip              # OpenVINO, below; Go for the chart's tests where there is none, see scripts/helm.sh
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

log=$(mktemp)
openvino_work=
trap 'rm -rf "$log" "$openvino_work"' EXIT

install_packages() {
  local missing=() package status
  for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return

  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: run as root, or install sudo, to install: ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  echo "setup: installing ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  if ! { "${sudo[@]}" apt-get -qq update && "${sudo[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "setup: apt-get failed; the lines above are its last" >&2
    exit 1
  fi
}

# OpenVINO's wheel is a whole C++ SDK: headers, a CMake package, libraries. cmake/Dependencies.cmake looks for it here.
openvino_version=2026.4.1
openvino_sha256=2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf
openvino=${XDG_CACHE_HOME:-$HOME/.cache}/staydown/openvino-$openvino_version

install_openvino() {
  [ -d "$openvino" ] && return
  if [ "$(uname -m)" != x86_64 ]; then
    echo "setup: only OpenVINO's wheel for x86_64 is known here; unpack the one for $(uname -m) to $openvino" >&2
    exit 1
  fi
  echo "setup: getting OpenVINO $openvino_version (59 MB, once)" >&2
  mkdir -p "$(dirname "$openvino")"
  openvino_work=$(mktemp -d "$openvino.XXXXXX")
  # The wheel's own Python does not matter: nothing of it is run.
  if ! { /usr/bin/python3 -m pip download --no-deps --only-binary=:all: --platform manylinux_2_28_x86_64 \
           --python-version 3.11 --implementation cp --abi cp311 --dest "$openvino_work" "openvino==$openvino_version" &&
         echo "$openvino_sha256  $(echo "$openvino_work"/*.whl)" | sha256sum --check --quiet &&
         unzip -q "$openvino_work"/*.whl 'openvino/include/*' 'openvino/cmake/*' 'openvino/libs/*' '*/licenses/*' \
           -x '*_gpu_plugin.so' '*_npu_plugin.so' -d "$openvino_work/sdk"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "setup: OpenVINO could not be got, or is not the file with SHA-256 $openvino_sha256; the lines above say which" >&2
    exit 1
  fi
  mv -T "$openvino_work/sdk" "$openvino" 2>"$log" || [ -d "$openvino" ]  # another setup may have been faster
}

install_packages
install_openvino
