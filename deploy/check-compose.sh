#!/usr/bin/env bash
# Lets docker-compose read the compose files with every profile, and shows that the one for the plan's machine
# asks for the address of the stream. Needs no Docker daemon.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v docker-compose > /dev/null; then compose=(docker-compose); else compose=(docker compose); fi

"${compose[@]}" -f docker-compose.yml --profile demo --profile monitoring --profile scale config > /dev/null
echo "ok   docker-compose.yml, profiles demo, monitoring and scale"

"${compose[@]}" -f deploy/scale/compose.yml --profile demo config > /dev/null
echo "ok   deploy/scale/compose.yml, profile demo"

NATS_URL=nats://nats.internal:4222 "${compose[@]}" -f deploy/vm/compose.yml config > /dev/null
echo "ok   deploy/vm/compose.yml"

# A .env beside the file would answer for the variable.
empty=$(mktemp)
trap 'rm -f "$empty"' EXIT
if said=$(env -u NATS_URL "${compose[@]}" --env-file "$empty" -f deploy/vm/compose.yml config 2>&1); then
    echo "FAIL deploy/vm/compose.yml was accepted without NATS_URL: it would serve an empty built-in stream" >&2
    exit 1
fi
if ! grep -q "set it to the address of the NATS servers" <<< "$said"; then
    echo "FAIL without NATS_URL, deploy/vm/compose.yml should say what to set; it said: $said" >&2
    exit 1
fi
echo "ok   deploy/vm/compose.yml without NATS_URL says what to set"
