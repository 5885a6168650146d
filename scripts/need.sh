#!/usr/bin/env bash
# Makes sure that the programs named as arguments are there.
#
#   scripts/need.sh dotnet nats-server promtool
#
# What is missing is installed from the distribution when this runs as root, after the command was printed.
# Otherwise the script says what to install and ends with 1. This is the one place that knows which package holds what.
set -euo pipefail
cd "$(dirname "$0")/.."

# Daemons live in sbin, which a user's PATH often leaves out.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

package_of() {
    case "$1" in
        buildah|chromium|curl|docker-compose|faketime|g++|git|haproxy|nats-server|nginx|npm|openssl) echo "$1" ;;
        nchan)    echo libnginx-mod-nchan ;;
        node)     echo nodejs ;;
        promtool) echo prometheus ;;
        *)        return 1 ;;
    esac
}

# Packages that bring a service of the same name, which the tests have no use for.
has_service() { [ "$1" = haproxy ] || [ "$1" = nats-server ] || [ "$1" = nginx ] || [ "$1" = prometheus ]; }

# A module of nginx is a file and no command.
is_there() {
    case "$1" in
        nchan) [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ] ;;
        *)     command -v "$1" > /dev/null ;;
    esac
}

show_and_run() {
    echo "+ $*"
    "$@" < /dev/null
}

check_dotnet() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json)
    local line="${wanted%.*}"
    local address="https://dotnet.microsoft.com/download/dotnet/${line}"
    if ! command -v dotnet > /dev/null; then
        echo "The .NET SDK is missing: install version $wanted or a later one of $line ($address)." >&2
        return 1
    fi
    if ! dotnet --version > /dev/null 2>&1; then
        echo "This .NET SDK is too old or another line: version $wanted or a later one of $line is needed ($address). Installed:" >&2
        dotnet --list-sdks >&2 || true
        return 1
    fi
}

check_node() {
    local version
    version=$(node --version)
    version=${version#v}
    if [ "${version%%.*}" -lt 18 ]; then
        echo "node $version is too old: version 18 or later is needed." >&2
        return 1
    fi
}

failed=0
commands=()
packages=()
for name in "$@"; do
    if [ "$name" = dotnet ]; then
        check_dotnet || failed=1
    elif ! package=$(package_of "$name"); then
        echo "scripts/need.sh knows no package for '$name'." >&2
        failed=1
    elif ! is_there "$name"; then
        commands+=("$name")
        packages+=("$package")
    elif [ "$name" = node ]; then
        check_node || failed=1
    fi
done
[ "$failed" = 0 ] || exit 1
[ ${#packages[@]} -gt 0 ] || exit 0

if ! command -v apt-get > /dev/null; then
    echo "Missing: ${commands[*]}. Install them (Debian's packages are: ${packages[*]}) and try again." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Missing: ${commands[*]}. Install them and try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
fi

echo "Missing: ${commands[*]}. Installing from the distribution."
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    # The programs are wanted, not daemons on their usual ports.
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
wait_for_lock=(-o DPkg::Lock::Timeout=300)
show_and_run apt-get "${wait_for_lock[@]}" update -q || echo "The package lists could not be refreshed; trying with those at hand." >&2
show_and_run apt-get "${wait_for_lock[@]}" install -q -y --no-install-recommends "${packages[@]}"
for package in "${packages[@]}"; do
    if has_service "$package" && [ -d /run/systemd/system ]; then
        show_and_run systemctl disable "$package.service"
    fi
done

for name in "${commands[@]}"; do
    if ! is_there "$name"; then
        echo "$name is still missing after the installation." >&2
        exit 1
    fi
done
case " ${commands[*]} " in *" node "*) check_node ;; esac
