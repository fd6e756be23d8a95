#!/bin/bash
# Fetches packages of this Debian and unpacks them, with the libraries that the machine lacks, into
# DIR/root. Not installed, because such packages start a server. Usage: get-unpacked.sh DIR PACKAGE...
# Run a program with LD_LIBRARY_PATH=DIR/root/usr/lib/TRIPLET.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/private-apt.sh"
D=$(realpath -m "$1")
shift

[ ! -s "$D/version" ] || exit 0
mkdir -p "$D"
exec 9> "$D/lock"
flock 9
[ ! -s "$D/version" ] || exit 0

rm -rf "$D"/{apt,status,root}
mkdir -p "$D/root"
# what is installed would not be fetched
awk -v names=" $* " 'BEGIN {RS = ""; ORS = "\n\n"; FS = "\n"} {
    name = $1; sub(/^Package: /, "", name); if (!index(names, " " name " ")) print
}' /var/lib/dpkg/status > "$D/status"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
private_apt "$D/apt" "$D/status" "$codename"
apt-get install -qq -y --download-only --no-install-recommends "$@"
for deb in "$D"/apt/cache/archives/*.deb; do
    dpkg-deb -x "$deb" "$D/root"
done
version=$(dpkg-deb -f "$D/apt/cache/archives/$1"_*.deb Version)
rm -rf "$D"/{apt,status}
echo "$version" > "$D/version"
