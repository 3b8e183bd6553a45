#!/bin/bash
# Removes the data of `make demo`: broker, registry, Redis, state and tables. Downloads (.local/cache) stay.
set -euo pipefail
cd "$(dirname "$0")/.."
local_dir="${LOCAL_DIR:-.local}" delta_dir="${DELTA_DIR:-delta}"

holder="$(cat "$local_dir/stack.lock.pid" 2>/dev/null || true)"
if [ -n "$holder" ] && kill -0 "$holder" 2>/dev/null; then
  echo "clear: the demo (process $holder) is running in $local_dir: end it with Ctrl-C first" >&2
  exit 1
fi

if [ -d "$local_dir" ]; then
  find "$local_dir" -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +
fi
rm -rf "$delta_dir"
echo "cleared $local_dir (downloads kept) and $delta_dir"
