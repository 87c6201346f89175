#!/usr/bin/env bash
# Makes the Dockerfile's base image on this machine, under the very name the Dockerfile gives, where it cannot be
# pulled: Debian's own packages, put together by debootstrap, without what the slim images leave out as well.
#
#   base-image.sh NAME ARCHIVE     loads NAME into the engine at DOCKER_HOST; ARCHIVE keeps it for the next time
set -euo pipefail
name="$1"
archive="$2"
suite="$(sed -nE 's/^debian:([a-z]+)(-[0-9]+)?-slim$/\1/p' <<<"$name")"
[ -n "$suite" ] || { echo "base-image.sh: $name is no debian:<suite>[-<date>]-slim" >&2; exit 1; }

if [ ! -f "$archive" ]; then
  [ "$(id -u)" -eq 0 ] || { echo 'base-image.sh: debootstrap needs root' >&2; exit 1; }
  command -v debootstrap >/dev/null || { echo 'base-image.sh: debootstrap is not installed' >&2; exit 1; }
  root="$(mktemp -d "${TMPDIR:-/tmp}/goodwill-base-XXXXXX")"
  trap 'rm -rf "$root" "$archive.part"' EXIT
  debootstrap --variant=minbase "$suite" "$root" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; rm -f "$root.log"; exit 1; }
  rm -f "$root.log"
  # What the official images do as well: no flush per file, since an image is either whole or thrown away.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/docker-apt-speedup"
  # Authorities that this machine trusts beside Debian's: without them no registry behind a company's proxy answers.
  for authority in /usr/local/share/ca-certificates/*.crt; do
    [ -f "$authority" ] && install -D -m 0644 "$authority" "$root$authority"
  done
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/log/* \
    "$root"/usr/share/{info,locale,man}/*
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  mkdir -p "$(dirname "$archive")"
  tar -C "$root" --exclude './proc/*' --exclude './sys/*' --exclude './dev/*' -czf "$archive.part" .
  mv "$archive.part" "$archive"
fi
docker import --change 'CMD ["bash"]' "$archive" "$name" >/dev/null
