#!/usr/bin/env bash
# Lints the chart, renders it and runs its unit tests. Wants STAYDOWN in the environment. Exits 77 (skipped) where helm cannot be had at all; helm.sh says why.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
status=0
tools=$("$root/scripts/helm.sh" 2>&1) || status=$?
case $status in
  0) tools=${tools##*$'\n'} ;;
  3) echo "skipped: operations.chart: $tools"; exit 77 ;;
  *) echo "$tools" >&2; exit 1 ;;
esac
chart=$root/helm/staydown
helm() { "$tools/helm" "$@"; }
# Built from its module, helm takes itself to be of a Kubernetes that is older than the chart wants.
render() { helm template staydown "$chart" --kube-version 1.31.0 "$@"; }

helm lint --strict "$chart" --set kafka.brokers=kafka:9092
render --set kafka.brokers=kafka:9092 >/dev/null
# The values that the schema is there to refuse.
refused() {
  local said
  if said=$(render "$@" 2>&1) || [[ $said != *"values don't meet the specifications of the schema"* ]]; then
    echo "the chart should refuse $* by its schema; it says: $said" >&2
    exit 1
  fi
}
refused
refused --set kafka.brokers=kafka
refused --set kafka.brokers=kafka:9092 --set workers.replica=3
refused --set kafka.brokers=kafka:9092 --set 'kafka.properties.sasl\.password=x'
refused --set kafka.brokers=kafka:9092 --set config.kafka.group=x
refused --set kafka.brokers=kafka:9092 --set config.worker.threads=2
refused --set kafka.brokers=kafka:9092 --set ingest.enabled=true
refused --set kafka.brokers=kafka:9092 --set ingest.enabled=true --set ingest.hooks.enabled=true --set 'ingest.hooks.roots={/var/rec}'
# What the program reads of it.
config=$(mktemp)
trap 'rm -f "$config"' EXIT
render --set kafka.brokers=kafka:9092 --set kafka.secrets.sasl\\.password.secret=a --set kafka.secrets.sasl\\.password.key=b \
  --set config.policy.observe=true --show-only templates/configmap.yaml |
  /usr/bin/python3 -c 'import sys, yaml; sys.stdout.write(yaml.safe_load(sys.stdin)["data"]["staydown.yaml"])' >"$config"
"$STAYDOWN" config check "$config"
# Pods are replaced when their configuration is another, and only then.
sums() {
  render --set kafka.brokers=kafka:9092 --set 'ingest.enabled=true,ingest.watch=/var/rec' "$@" | sed -n 's/^ *checksum\/config: //p' | sort -u
}
before=$(sums)
[[ $before =~ ^[0-9a-f]{64}$ ]] || { echo "workers and ingest do not carry one sum of the configuration: $before" >&2; exit 1; }
[ "$before" = "$(sums --set workers.replicas=5)" ] || { echo "more workers replace those that run" >&2; exit 1; }
[ "$before" != "$(sums --set config.policy.observe=true)" ] || { echo "another configuration replaces no worker" >&2; exit 1; }
"$tools/helm-unittest" "$chart"
