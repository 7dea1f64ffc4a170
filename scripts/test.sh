#!/usr/bin/env bash
# Sets up, builds and runs all tests. `scripts/test.sh --preset asan` does so with sanitizers (also: tsan, coverage);
# `-R REGEX` runs only the tests that match.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev
filter=()
while [ $# -gt 0 ]; do
  case "$1" in
    --preset) preset=${2:?--preset needs a name}; shift 2 ;;
    -R) filter=(-R "${2:?-R needs a regular expression}"); shift 2 ;;
    *) echo "usage: scripts/test.sh [--preset dev|asan|tsan|coverage] [-R REGEX]" >&2; exit 2 ;;
  esac
done

scripts/setup.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
status=0
ctest --preset "$preset" --parallel "$(nproc)" "${filter[@]}" || status=$?
# ctest says that a test was skipped, and not why.
grep -h '^skipped: ' "build/$preset/Testing/Temporary/LastTest.log" || true
exit $status
