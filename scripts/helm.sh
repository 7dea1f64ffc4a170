#!/usr/bin/env bash
# Prints the folder of helm (3.19) and helm-unittest (1.0), which it builds once from their Go modules and keeps in ~/.cache/staydown.
# Exits 3 and says why if that cannot be done here.
set -euo pipefail

helm=v3.19.0 unittest=v1.0.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/staydown/helm-$helm-unittest-$unittest

cannot() {
  echo "helm: $*" >&2
  exit 3
}

if [ ! -d "$cache" ]; then
  command -v go >/dev/null || cannot "Go is not installed; the chart's tests need Go 1.24 or newer"
  version=$(go env GOVERSION) || cannot "go env failed"
  read -r major minor < <(sed -E 's/^go([0-9]+)\.([0-9]+).*/\1 \2/' <<<"$version")
  [ "$major" -gt 1 ] || [ "$minor" -ge 24 ] || cannot "$version is older than 1.24, which the chart's tests need"
  mkdir -p "$(dirname "$cache")"
  exec 9>"$cache.lock"
  flock 9
fi
if [ ! -d "$cache" ]; then
  echo "helm: building helm $helm and helm-unittest $unittest (about 2 minutes, once)" >&2
  work=$(mktemp -d "$cache.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  GOFLAGS=-modcacherw GOBIN=$work go install "helm.sh/helm/v3/cmd/helm@$helm" >"$cache.log" 2>&1 &&
    GOFLAGS=-modcacherw GOBIN=$work go install "github.com/helm-unittest/helm-unittest/cmd/helm-unittest@$unittest" \
      >>"$cache.log" 2>&1 || { tail -5 "$cache.log" >&2; cannot "the build failed; the lines above are its last"; }
  rm -f "$cache.log"
  mv -T "$work" "$cache"
  trap - EXIT
fi
echo "$cache"
