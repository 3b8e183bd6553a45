#!/bin/bash
# Health check of a container: succeeds when GET /readyz on the given local port (default HEALTH_PORT) answers
# 200. Bash alone, because a health check that starts a runtime every few seconds costs more than an idle worker.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${1:-$HEALTH_PORT}"
printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ] || { cat <&3; exit 1; }
