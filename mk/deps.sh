#!/bin/bash
# mk/deps.sh build|tests…: Debian packages that are missing are named, then installed (as root, or through sudo).
# Without either it prints the line to type and stops. When nothing is missing it says nothing and asks nobody.
set -u

build="gcc make pkg-config libc6-dev libncurses-dev libtermkey-dev libzstd-dev libsqlite3-dev libxxhash-dev libyajl-dev libinih-dev libpcre2-dev zlib1g-dev libutf8proc-dev"
tests="libvterm-dev clang-14 libclang-rt-14-dev llvm-14 clang-format-14 clang-tidy-14 valgrind sqlite3 zstd jq binutils procps man-db scdoc libxml2-utils python3-jsonschema"

wanted=
for list in "$@"; do
    case $list in
    build) wanted="$wanted $build" ;;
    tests) wanted="$wanted $tests" ;;
    *) echo "mk/deps.sh: no list named '$list'; there are: build, tests" >&2 && exit 2 ;;
    esac
done

installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed'; }

if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian: install what these packages hold, by your own system's names:" >&2
    printf '  %s\n' $wanted >&2
    exit 0 # the build says itself which library it misses
fi

missing=
for package in $wanted; do
    installed "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

line="apt-get install --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    as=
elif command -v sudo >/dev/null; then
    as=sudo
else
    printf 'Debian packages are missing. As root:\n  %s\n' "$line" >&2
    exit 1
fi

failed() {
    printf 'mk/deps.sh: %s. As root, by hand:\n  %s\n' "$1" "$line" >&2
    exit 1
}
printf 'These Debian packages are missing and will be installed%s:\n ' "${as:+ with sudo}"
printf ' %s' $missing
printf '\n'
# sudo may ask for a password on the terminal.
[ -z "$as" ] || $as true || failed "sudo does not let you in"
apt() { $as env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 "$@" </dev/null; }
install() { apt install --no-install-recommends $missing; }
# The lists of packages may be absent or old; only then are they fetched.
known() { apt-get -qq -s install --no-install-recommends $missing >/dev/null 2>&1; }
known || apt update || failed "the lists of packages cannot be fetched"
install || { apt update && install; } || failed "that failed"
