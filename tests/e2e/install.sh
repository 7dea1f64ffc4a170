#!/usr/bin/env bash
# install.sh BUILD_FOLDER: what `cmake --install` puts down runs by itself, and carries of OpenVINO no more than it needs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$1" --prefix "$folder" >/dev/null
wanted="libopenvino_intel_cpu_plugin.so libopenvino_ir_frontend.so libopenvino_onnx_frontend.so libopenvino.so libtbb.so"
found=$(cd "$folder/lib/staydown" && printf '%s\n' * | sed 's/\.so.*/.so/' | LC_ALL=C sort | xargs)
[ "$found" = "$(printf '%s\n' $wanted | LC_ALL=C sort | xargs)" ] || { echo "lib/staydown holds $found" >&2; exit 1; }

models="$folder/share/staydown/models"
for file in $(sed -n 's/.*"file": "\(.*\)",/\1/p' "$models/manifest.json"); do
  [ -r "$models/$file" ] || { echo "the manifest names $file, which is not installed" >&2; exit 1; }
done
checked=$(env -u LD_LIBRARY_PATH "$folder/bin/staydown" model check "$models/manifest.json")
[[ $checked == "staydown-embedding/"*": ok"* ]] || { echo "$checked" >&2; exit 1; }
elsewhere=$(ldd "$folder/bin/staydown" | grep -E 'openvino|tbb' | grep -vF "$folder/" || true)
[ -z "$elsewhere" ] || { echo "not from the install tree: $elsewhere" >&2; exit 1; }
