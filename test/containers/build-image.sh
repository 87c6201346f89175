#!/usr/bin/env bash
# Builds the service's image under the name given. The Dockerfile's base is pulled, or made here where it cannot be.
#
#   build-image.sh NAME
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
base="$(sed -nE 's/^ARG BASE=(.+)$/\1/p' "$root/docker/Dockerfile" | head -n 1)"
cache="${GOODWILL_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/goodwill-ledger}"

if ! docker image inspect "$base" >/dev/null 2>&1; then
  timeout 120 docker pull -q "$base" 2>/dev/null ||
    { echo "$base cannot be pulled; it is made here" >&2; bash "$here/base-image.sh" "$base" "$cache/${base//[:\/]/-}.tar.gz"; }
fi
# The builder that every engine has. The machine's network, since containers of a test engine have no way out.
DOCKER_BUILDKIT=0 docker build --network host --file "$root/docker/Dockerfile" --tag "$1" "$root"
