#!/bin/bash
# Fetches recorded speech at 16 kHz (Debian's asterisk-core-sounds-en-g722, CC BY-SA: not committed)
# with a private apt state into DIR, once. Usage: get-speech.sh DIR
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/../interop/private-apt.sh"
D=$(realpath -m "$1")
package=asterisk-core-sounds-en-g722

[ ! -s "$D/version" ] || exit 0
rm -rf "$D"
mkdir -p "$D"
: > "$D/status"
private_apt "$D/apt" "$D/status" sid
(cd "$D" && apt-get download -qq $package)
dpkg-deb --fsys-tarfile "$D"/$package*.deb | tar -x -C "$D" --wildcards --transform 's#.*/##' \
    '*/demo-congrats.g722' '*/demo-instruct.g722' '*/demo-echotest.g722' '*/conf-usermenu.g722'
dpkg-deb -f "$D"/$package*.deb Version > "$D/version"
rm -rf "$D"/{apt,status,*.deb}
