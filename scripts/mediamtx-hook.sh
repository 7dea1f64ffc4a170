#!/bin/sh
# For MediaMTX's runOnRecordSegmentComplete: tells `staydown ingest --hooks` of a finished recording. MediaMTX sets MTX_PATH,
# MTX_SEGMENT_PATH and MTX_SEGMENT_DURATION, and hands on its own environment, in which are
#   STAYDOWN_HOOK_TOKEN_FILE   the file with the token, or STAYDOWN_HOOK_TOKEN the token itself
#   STAYDOWN_HOOKS             where ingest listens; http://127.0.0.1:9465 unless it is set
# Do not write the token into MediaMTX's command line: anybody on the machine can read arguments.
#
#   pathDefaults:
#     record: yes
#     recordFormat: mpegts
#     recordSegmentDuration: 2s   # MediaMTX's default is an hour
#     runOnRecordSegmentComplete: /usr/local/bin/mediamtx-hook.sh
set -eu
: "${MTX_PATH:?is set by MediaMTX}" "${MTX_SEGMENT_PATH:?is set by MediaMTX}"
if [ -n "${STAYDOWN_HOOK_TOKEN_FILE:-}" ]; then
  STAYDOWN_HOOK_TOKEN=$(cat "$STAYDOWN_HOOK_TOKEN_FILE")
fi
: "${STAYDOWN_HOOK_TOKEN:?is missing; or name its file in STAYDOWN_HOOK_TOKEN_FILE}"
# MediaMTX's default recordPath is below the folder in which it runs.
path=$(realpath -- "$MTX_SEGMENT_PATH")
# The token goes through a pipe, for the same reason.
token=$(printf '%s' "$STAYDOWN_HOOK_TOKEN" | sed 's/[\\"]/\\&/g')
printf 'header = "Authorization: Bearer %s"\n' "$token" |
  curl --config - --silent --show-error --fail --max-time 10 --output /dev/null \
    --data-urlencode "stream=$MTX_PATH" --data-urlencode "path=$path" \
    "${STAYDOWN_HOOKS:-http://127.0.0.1:9465}/hooks/file"
