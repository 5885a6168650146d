#!/usr/bin/env bash
# Builds the Dockerfile without Docker, runs what it built and asks it for its health; then once more at its strictest: root file system read-only,
# nothing that can be written to, no capability, uid 1654, no home.
#
#   deploy/check-image.sh            base images made from this machine's .NET (no image registry is asked)
#   deploy/check-image.sh --pull     the real base images
#   deploy/check-image.sh --fresh    forget the base images that an earlier run made
#
# Everything is kept in artifacts/image-check; a storage of the machine's own is not touched. Needs root, buildah, curl
# and, without --pull, the .NET SDK. `make image-check` sees to these.
set -euo pipefail
cd "$(dirname "$0")/.."

pull=0
work="$PWD/artifacts/image-check"
for argument in "$@"; do
    case "$argument" in
        --pull) pull=1; work="$PWD/artifacts/image-check-pulled" ;;
        --fresh) rm -rf "$work" ;;
        *) echo "Unknown argument '$argument': --pull and --fresh are known." >&2; exit 64 ;;
    esac
done
[ "$(id -u)" = 0 ] || { echo "Chroot isolation needs root." >&2; exit 1; }

runroot=$(mktemp -d)
server=
finish() {
    if [ -n "$server" ] && kill -0 "$server" 2> /dev/null; then
        for process in $(descendants "$server"); do kill -KILL "$process" 2> /dev/null || true; done
        wait "$server" 2> /dev/null || true
    fi
    b rm --all > /dev/null 2>&1 || true
    # What the image of an earlier run left.
    b rmi --prune > /dev/null 2>&1 || true
    rm -rf "$runroot"
}
trap finish EXIT

b() { buildah --root "$work/storage" --runroot "$runroot" --storage-driver vfs "$@"; }
ok() { echo "ok   $*"; }
fail() { echo "FAIL $*" >&2; exit 1; }

descendants() {
    local child
    for child in $(cat "/proc/$1/task/"*/children 2> /dev/null); do
        echo "$child"
        descendants "$child"
    done
}

base_of() { sed -n "s/^ARG $1=//p" Dockerfile; }

# A root file system of this machine's shell, the libraries that it and .NET load, and certificates.
fill_root() { # root, programs...
    local root=$1 file
    shift
    mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc/ssl/certs,tmp,root,var/tmp,home/app,dev,proc,sys,run}
    for file in bin sbin lib lib64; do ln -s "usr/$file" "$root/$file"; done
    chmod 1777 "$root/tmp" "$root/var/tmp"
    {
        for file in "$@"; do command -v "$file"; done
        # Loaded by name at run time, so that ldd doesn't see them.
        ldconfig -p | awk '/lib(ssl|crypto)\.so\.3 .*64/ { print $NF }'
        find "$root/usr/share/dotnet" -type f \( -name '*.so' -o -name dotnet \)
    } | while read -r file; do
        echo "$file"
        ldd "$file" 2> /dev/null | grep -o '/[^ ]*' || true
    done | { grep -v "^$root" || true; } | sort -u | xargs cp -L --parents -t "$root"
    ln -sf dash "$root/usr/bin/sh"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1654:1654::/home/app:/bin/sh\n' > "$root/etc/passwd"
    printf 'root:x:0:\napp:x:1654:\n' > "$root/etc/group"
    chown 1654:1654 "$root/home/app"
}

# Like the real ones in what the Dockerfile relies on: dotnet on the path, the user, the variables that they set.
make_base() { # image, folders of .NET..., -- programs...
    local image=$1 container root dotnet folder
    shift
    container=$(b from scratch)
    root=$(b mount "$container")
    dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
    mkdir -p "$root/usr/share/dotnet"
    while [ "$1" != -- ]; do
        folder=$1
        shift
        mkdir -p "$root/usr/share/dotnet/$(dirname "$folder")"
        cp -a "$dotnet/$folder" "$root/usr/share/dotnet/$folder"
    done
    shift
    fill_root "$root" "$@"
    ln -s ../share/dotnet/dotnet "$root/usr/bin/dotnet"
    b umount "$container" > /dev/null
    b config --env PATH=/usr/sbin:/usr/bin:/sbin:/bin --env APP_UID=1654 --env ASPNETCORE_HTTP_PORTS=8080 \
        --env DOTNET_RUNNING_IN_CONTAINER=true --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
        --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt --env DOTNET_CLI_TELEMETRY_OPTOUT=1 "$container"
    b commit -q --rm "$container" "$image" > /dev/null
}

sdk=$(base_of SDK_IMAGE)
aspnet=$(base_of ASPNET_IMAGE)
pull_flag=--pull-never
if [ "$pull" = 1 ]; then
    pull_flag=--pull
else
    runtimes=(host shared dotnet)
    if ! b inspect --type image "$sdk" > /dev/null 2>&1; then
        make_base "$sdk" "${runtimes[@]}" sdk packs sdk-manifests -- dash env cat chmod mkdir rm
        ok "stand-in for $sdk, from $(dotnet --version) of this machine"
    fi
    if ! b inspect --type image "$aspnet" > /dev/null 2>&1; then
        make_base "$aspnet" "${runtimes[@]}" -- dash env setpriv
        ok "stand-in for $aspnet"
    fi
fi

image=wsfanout:check
b bud --isolation chroot --format docker $pull_flag -t "$image" . > "$work/build.log" 2>&1 \
    || { tail -n 40 "$work/build.log" >&2; fail "the Dockerfile does not build (whole log: $work/build.log)"; }
ok "the Dockerfile builds"

of_image() { b inspect --type image --format "$1" "$image"; }
[ "$(of_image '{{.Docker.Config.User}}')" = 1654:1654 ] || fail "the image should run as 1654:1654"
[ "$(of_image '{{.Docker.Config.StopSignal}}')" = SIGTERM ] || fail "the image should be stopped by SIGTERM"
of_image '{{.Docker.Config.ExposedPorts}}' | grep -q 3002/tcp || fail "the image should expose 3002"
[ "$(of_image '{{.Docker.Config.Healthcheck.Test}}')" = '[CMD ./wsfanout health]' ] || fail "the image should check its health by itself"
ok "user, port, stop signal and health check are set"

container=$(b from --pull-never "$image")
root=$(b mount "$container")
native=$(find "$root/app" -type f -exec sh -c 'head -c 4 "$1" | grep -q "^.ELF" && echo "$1"' _ {} \;)
[ -z "$native" ] || fail "machine code in a portable image, which arm64 could not run: $native"
[ -z "$(find "$root/app" \( -user 1654 -o -perm -o+w \) -not -type l)" ] || fail "the server could change its own program"
ok "no machine code in /app: it runs on amd64 and arm64; and nothing there is writable for the server"

run() { b run --isolation chroot --env "WS_ADDR=127.0.0.1:$port" "$container" -- "$@"; }
port=$((20000 + RANDOM % 10000))
while (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((port + 1)); done

await_live() {
    local code deadline=$((SECONDS + 30))
    until answer=$(curl -sf -m 2 "http://127.0.0.1:$port/health/live" 2> /dev/null); do
        if ! kill -0 "$server" 2> /dev/null; then
            code=0
            wait "$server" || code=$?
            server=
            tail -n 40 "$work/server.log" >&2
            fail "the server ended with $code before it answered (its output is above)"
        fi
        if [ $SECONDS -ge "$deadline" ]; then
            tail -n 40 "$work/server.log" >&2
            fail "/health/live did not answer within 30 s (the server's output is above)"
        fi
        sleep 0.2
    done
}

end_by_sigterm() { # process
    local code=0 deadline=$((SECONDS + 10))
    kill -TERM "$1"
    while kill -0 "$server" 2> /dev/null && [ $SECONDS -lt "$deadline" ]; do sleep 0.1; done
    ! kill -0 "$server" 2> /dev/null || fail "the server still runs 10 s after SIGTERM"
    wait "$server" || code=$?
    server=
    [ "$code" = 0 ] || fail "SIGTERM should end the server with 0, not $code"
}

touch "$runroot/before"
read -ra command <<< "$(of_image '{{range .Docker.Config.Entrypoint}}{{.}} {{end}}')"
run "${command[@]}" > "$work/server.log" 2>&1 &
server=$!
await_live
ok "/health/live answers ${answer:-with 200}"

dotnet_of() { descendants "$1" | while read -r id; do if [ "$(cat "/proc/$id/comm")" = dotnet ]; then echo "$id"; fi; done | head -n 1; }
process=$(dotnet_of "$server")
[ "$(stat -c %u:%g "/proc/$process")" = 1654:1654 ] || fail "the server should run as 1654:1654, not $(stat -c %u:%g "/proc/$process")"
run ./wsfanout health > /dev/null || fail "the image's own health check fails on a healthy server"
ok "the server runs as 1654:1654 and its own health check passes"

written=$(find "$root" -xdev -type f -newer "$runroot/before" -not -path "$root/run/*" -not -path "$root/etc/*" -print)
[ -z "$written" ] || fail "written to a root file system that should be read-only: $written"
ok "nothing was written: the root file system can be read-only"

end_by_sigterm "$process"
ok "SIGTERM ends it with 0"

# As a container runs it at its strictest, but for the seccomp filter, which is the container engine's.
[ -x "$root/usr/bin/setpriv" ] || fail "the stand-in of an earlier run lacks setpriv: try again with --fresh"
mapfile -t variables < <(of_image '{{range .Docker.Config.Env}}{{println .}}{{end}}' | grep .)
strict() {
    unshare --mount bash -euc '
        root=$1; shift
        mount --make-rprivate /
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount -t tmpfs -o mode=755 tmpfs "$root/dev"
        for device in null zero random urandom; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
        mount -o remount,ro "$root/dev"
        mount -o remount,bind,ro "$root"
        exec chroot "$root" /bin/sh -euc "$@"' strict "$root" '
        confined() { setpriv --reuid 1654 --regid 1654 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"; }
        cd /app
        for place in / /tmp /var/tmp /app /home/app /dev /run; do
            if confined /bin/sh -c ": > $place/wsfanout-wrote" 2> /dev/null; then echo "$place can be written to" >&2; exit 99; fi
        done
        exec setpriv --reuid 1654 --regid 1654 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"' strict env -i "${variables[@]}" "WS_ADDR=127.0.0.1:$port" "$@"
}
strict "${command[@]}" > "$work/server.log" 2>&1 &
server=$!
await_live
process=$(dotnet_of "$server")
status=$(cat "/proc/$process/status")
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    grep -q "^$set:[[:space:]]*0*$" <<< "$status" || fail "the server has capabilities: $(grep "^$set" <<< "$status")"
done
grep -q '^NoNewPrivs:[[:space:]]*1$' <<< "$status" || fail "the server could gain rights"
[ "$(stat -c %u:%g "/proc/$process")" = 1654:1654 ] || fail "the server should run as 1654:1654"
ok "with a read-only root, nothing to write to, no capability and no home it lives as 1654:1654"

curl -sf -m 5 "http://127.0.0.1:$port/health/ready" > /dev/null || fail "it is not ready"
curl -sf -m 5 -d '{"price":1}' "http://127.0.0.1:$port/publish/BTC.trade" | grep -q '"seq"' || fail "it stores nothing that is published"
curl -sf -m 5 "http://127.0.0.1:$port/metrics" | grep -q '^ws_connections_current ' || fail "it has no metrics"
upgrade=$(curl -s -m 2 -o /dev/null -w '%{http_code}' -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "http://127.0.0.1:$port/ws" || true)
[ "$upgrade" = 101 ] || fail "a client is answered $upgrade"
strict ./wsfanout health > /dev/null || fail "its own health check fails there"
! grep -Eq '"level":"(error|critical)"' "$work/server.log" || { tail -n 40 "$work/server.log" >&2; fail "it logged an error"; }
ok "it takes clients, publishes, shows metrics, and its own health check passes"
end_by_sigterm "$process"
ok "SIGTERM ends it with 0"
