#!/bin/bash
# Fetches coturn for this Debian and unpacks it, with the libraries that the machine lacks, into
# DIR/root. Not installed, because the package would start a relay. Usage: get-coturn.sh DIR
# Run it as: LD_LIBRARY_PATH=DIR/root/usr/lib/TRIPLET DIR/root/usr/bin/turnserver
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/private-apt.sh"
D=$(realpath -m "$1")

[ ! -s "$D/version" ] || exit 0
mkdir -p "$D"
exec 9> "$D/lock"
flock 9
[ ! -s "$D/version" ] || exit 0

rm -rf "$D"/{apt,status,root}
mkdir -p "$D/root"
# an installed coturn would not be fetched
awk 'BEGIN {RS = ""; ORS = "\n\n"} $0 !~ /^Package: coturn\n/' /var/lib/dpkg/status > "$D/status"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
private_apt "$D/apt" "$D/status" "$codename"
apt-get install -qq -y --download-only --no-install-recommends coturn
for deb in "$D"/apt/cache/archives/*.deb; do
    dpkg-deb -x "$deb" "$D/root"
done
version=$(dpkg-deb -f "$D"/apt/cache/archives/coturn_*.deb Version)
rm -rf "$D"/{apt,status}
echo "$version" > "$D/version"
