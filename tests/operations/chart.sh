#!/usr/bin/env bash
# Lints the chart, renders it and runs its unit tests. Exits 77 (skipped) where helm cannot be had.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tools=$("$root/scripts/helm.sh") || exit 77
chart=$root/helm/staydown
helm() { "$tools/helm" "$@"; }

helm lint --strict "$chart" --set kafka.brokers=kafka:9092
helm template staydown "$chart" --set kafka.brokers=kafka:9092 >/dev/null
# The values that the schema is there to refuse.
refused() {
  if helm template staydown "$chart" "$@" >/dev/null 2>&1; then
    echo "the chart takes $*" >&2
    exit 1
  fi
}
refused
refused --set kafka.brokers=kafka
refused --set kafka.brokers=kafka:9092 --set workers.replica=3
refused --set kafka.brokers=kafka:9092 --set 'kafka.properties.sasl\.password=x'
refused --set kafka.brokers=kafka:9092 --set config.kafka.group=x
refused --set kafka.brokers=kafka:9092 --set ingest.enabled=true
"$tools/helm-unittest" "$chart"
