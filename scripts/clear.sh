#!/bin/bash
# clear.sh [--check]: removes the data of `make demo`: broker, registry, Redis, state and tables. Downloads
# (.local/cache) stay. With --check it removes nothing and only says whether it would refuse: because the demo
# runs, or because a folder (LOCAL_DIR, DELTA_DIR, DELTA_VOLUME) cannot be meant.
set -euo pipefail
cd "$(dirname "$0")/.."
local_dir="${LOCAL_DIR:-.local}" delta_dir="${DELTA_DIR:-delta}"

# The folder behind a name, links followed.
real() { (cd "$1" && pwd -P); }

refuse() { echo "clear: $1 = $2 $3: nothing is removed" >&2; exit 1; }

# guard NAME FOLDER: ends here when the folder holds more than data of ours.
guard() {
  [ -d "$2" ] || return 0
  local folder home repository
  folder="$(real "$2")"
  case "$folder" in / | //) refuse "$1" "$2" "is the whole file system" ;; esac
  home="$([ -d "${HOME:-}" ] && real "$HOME" || true)"
  case "$home/" in "$folder"/*) refuse "$1" "$2" "holds your home folder" ;; esac
  repository="$(pwd -P)"
  case "$repository/" in "$folder"/*) refuse "$1" "$2" "holds this project" ;; esac
  [ -z "$(find "$folder" -name .git -print -quit)" ] || refuse "$1" "$2" "holds a Git repository"
}

guard LOCAL_DIR "$local_dir"
guard DELTA_DIR "$delta_dir"
# Of Docker: a folder when it has a slash, else the name of a volume.
case "${DELTA_VOLUME:-}" in */*) guard DELTA_VOLUME "$DELTA_VOLUME" ;; esac

if [ -e "$local_dir/demo.lock" ] || [ -e "$local_dir/stack.lock" ]; then
  node --no-warnings scripts/src/refuse-running.ts "$local_dir"
fi
[ "${1:-}" != --check ] || exit 0

if [ -d "$local_dir" ]; then
  find "$(real "$local_dir")" -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +
fi
if [ -d "$delta_dir" ]; then
  find "$(real "$delta_dir")" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
  # What a link names stays, empty.
  [ -L "$delta_dir" ] || rmdir "$delta_dir"
fi
case "$delta_dir" in
  *://*) echo "cleared $local_dir (downloads kept); the tables at $delta_dir are left to the store's own tools" ;;
  *) echo "cleared $local_dir (downloads kept) and $delta_dir" ;;
esac
