#!/bin/sh
# For MediaMTX's runOnRecordSegmentComplete: tells `staydown ingest --hooks` of a finished recording. MediaMTX sets MTX_PATH,
# MTX_SEGMENT_PATH and MTX_SEGMENT_DURATION; set STAYDOWN_HOOK_TOKEN, and STAYDOWN_HOOKS if it is not http://127.0.0.1:9465.
#
#   pathDefaults:
#     record: yes
#     recordFormat: mpegts
#     recordSegmentDuration: 2s   # MediaMTX's default is an hour
#     runOnRecordSegmentComplete: /usr/local/bin/mediamtx-hook.sh
set -eu
: "${MTX_PATH:?is set by MediaMTX}" "${MTX_SEGMENT_PATH:?is set by MediaMTX}" "${STAYDOWN_HOOK_TOKEN:?is missing}"
# The token goes through a file descriptor: arguments can be read by others.
printf 'header = "Authorization: Bearer %s"\n' "$STAYDOWN_HOOK_TOKEN" |
  curl --config - --silent --show-error --fail --max-time 10 --output /dev/null \
    --data-urlencode "stream=$MTX_PATH" --data-urlencode "path=$MTX_SEGMENT_PATH" \
    "${STAYDOWN_HOOKS:-http://127.0.0.1:9465}/hooks/file"
