#!/bin/bash
# doctor.sh TOOL…: is everything there that the project needs from the machine? TOOLs: node java maven chromium
# python docker. As root on Debian or Ubuntu what is missing gets installed (not node, which should be chosen);
# elsewhere one line per missing tool says what to do, and the exit code is 1.
set -euo pipefail

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# The first of the given commands that exists.
first_of() { local name; for name in "$@"; do command -v "$name" && return; done; return 1; }

node_version() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null; }
java_version() { java -version 2>&1 | sed -nE 's/.* version "(1\.)?([0-9]+).*/\2/p'; }

has() {
  case "$1" in
    node) command -v npm >/dev/null && [ "$(node_version || echo 0)" -ge 20 ] ;;
    java) command -v java >/dev/null && [ "$(java_version || echo 0)" -ge 17 ] ;;
    maven) command -v mvn >/dev/null ;;
    chromium) [ -n "${CHROMIUM_PATH:-}" ] || first_of chromium chromium-browser google-chrome google-chrome-stable >/dev/null ;;
    python) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
    docker) docker compose version >/dev/null 2>&1 ;;
    *) echo "doctor: unknown tool $1" >&2; exit 2 ;;
  esac
}

package_of() {
  case "$1" in
    java) echo openjdk-17-jre-headless ;;
    maven) echo maven ;;
    chromium) echo chromium ;;
    python) echo python3-venv ;;
  esac
}

advice() {
  case "$1" in
    node) echo "Node.js 20 or newer with npm is missing: install it (the project brings its own Node $(cat .nvmrc) from there on)" ;;
    java) echo "Java 17 or newer is missing: install a JRE, e.g. Debian's openjdk-17-jre-headless" ;;
    maven) echo "Maven (mvn) is missing: install it, e.g. Debian's maven" ;;
    chromium) echo "Chromium is missing: install it, e.g. Debian's chromium, or set CHROMIUM_PATH" ;;
    python) echo "Python 3 with venv is missing: install it, e.g. Debian's python3-venv" ;;
    docker) echo "Docker with Compose v2 is missing: install Docker Engine 20.10 or newer and its compose plugin" ;;
  esac
}

cd "$(dirname "$0")/.."
missing=() packages=()
for tool in "$@"; do
  has "$tool" && continue
  package="$(package_of "$tool")"
  if [ -n "$package" ] && can_install; then packages+=("$package"); else missing+=("$tool"); fi
done
if [ ${#packages[@]} -gt 0 ]; then
  echo "doctor: installing ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
for tool in "${missing[@]}"; do advice "$tool" >&2; done
[ ${#missing[@]} -eq 0 ]
