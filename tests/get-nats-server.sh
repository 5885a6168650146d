#!/bin/sh
# Unpacks the nats-server of Debian's next release beside the installed one, so that the tests can run against both, and prints its path:
#   NATS_SERVERS=/usr/sbin/nats-server:$(tests/get-nats-server.sh) dotnet test tests/WsFanout.Nats.Tests
# Nothing is installed and the machine's own apt configuration is not touched. Run again, it downloads nothing.
set -eu

suite=trixie
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
root=$(cd "$(dirname "$0")/.." && pwd)
target=$root/artifacts/nats-server-2.10
binary=$target/usr/sbin/nats-server

fail() {
    echo "get-nats-server: $1" >&2
    exit 1
}

if [ -x "$binary" ]; then
    echo "$binary"
    exit 0
fi

for tool in apt-get dpkg dpkg-deb; do
    command -v "$tool" >/dev/null || fail "needs $tool, which a Debian system has; name a nats-server 2.10 in NATS_SERVERS instead"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || fail "needs $keyring (package debian-archive-keyring) to trust what it downloads"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/etc/preferences.d" "$work/etc/apt.conf.d" "$work/deb"
: >"$work/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"

# Every folder apt would use otherwise is replaced; as root it drops to the user _apt, who could not read them.
apt() {
    apt-get -qq \
        -o Dir::Etc="$work/etc" -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
        -o APT::Architecture="$(dpkg --print-architecture)" -o Acquire::Languages=none -o Acquire::Retries=2 "$@" >&2
}

apt update || fail "cannot read the package lists of $mirror ($suite)"
(cd "$work/deb" && apt download nats-server) || fail "cannot download nats-server from $mirror ($suite)"

# Moved into place whole: a half-unpacked folder would be taken for a finished one.
mkdir -p "$root/artifacts"
staging=$(mktemp -d "$root/artifacts/.nats-server-XXXXXX")
trap 'rm -rf "$work" "$staging"' EXIT INT TERM
dpkg-deb -x "$work"/deb/nats-server_*.deb "$staging" || fail "cannot unpack what was downloaded"
[ -x "$staging/usr/sbin/nats-server" ] || fail "the package holds no usr/sbin/nats-server"
"$staging/usr/sbin/nats-server" --version >&2 || fail "what was unpacked does not run on this machine"
rm -rf "$target"
mv "$staging" "$target"
chmod 755 "$target"
echo "$binary"
