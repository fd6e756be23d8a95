#!/bin/bash
# Fetches Debian's Asterisk 22 with a private apt state and unpacks it into DIR/root: no chroot, no
# root rights, no maintainer scripts. 27 packages that its modules need (22 MB); where the suite has
# renamed one of them, apt's whole closure (81 MB). Recorded speech for the tests goes to DIR/speech.
# Fetched once: DIR/version says what is there. Usage: get-asterisk.sh DIR
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/../private-apt.sh"
D=$(realpath -m "$1")
suites="forky sid"
names="asterisk asterisk-modules asterisk-config asterisk-core-sounds-en-gsm libbsd0 libc6 libcap2
    libcrypt1 libedit2 libgcc-s1 libgsm1 libjansson4 libmd0 libnspr4 libnss3 libopus0 libsqlite3-0
    libsrtp2-1 libssl3t64 libstdc++6 libsystemd0 libtinfo6 liburiparser1 libuuid1 libxml2-16
    libxslt1.1 libzstd1 zlib1g"

[ ! -s "$D/version" ] || exit 0
mkdir -p "$D"
exec 9> "$D/lock"
flock 9
[ ! -s "$D/version" ] || exit 0

# Tries the short list of one suite, then its whole closure.
download() {
    rm -rf "$D/debs"
    mkdir "$D/debs"
    : > "$D/status"
    private_apt "$D/apt" "$D/status" "$1" || return 1
    # shellcheck disable=SC2086
    (cd "$D/debs" && apt-get download -qq $names asterisk-core-sounds-en-wav) && return 0
    echo "get-asterisk: a package was renamed in $1, fetching the whole closure" >&2
    rm -f "$D"/debs/*.deb
    apt-get install -qq -y --download-only --no-install-recommends \
        asterisk asterisk-core-sounds-en-gsm asterisk-core-sounds-en-wav || return 1
    mv "$D"/apt/cache/archives/*.deb "$D/debs/"
}

unpack_speech() {
    mkdir "$D/speech"
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$D/speech" --wildcards --transform 's#.*/##' \
        '*/en_US_f_Allison/demo-congrats.wav' '*/en_US_f_Allison/demo-instruct.wav'
}

rm -rf "$D"/{root,speech}
mkdir "$D/root"
ok=
for suite in $suites; do
    if download "$suite"; then ok=1; break; fi
done
[ -n "$ok" ] || { echo "get-asterisk: cannot fetch Asterisk from $suites" >&2; exit 1; }

for deb in "$D"/debs/*.deb; do
    case $deb in
        */asterisk-core-sounds-en-wav_*) unpack_speech "$deb" ;;
        *) dpkg-deb -x "$deb" "$D/root" ;;
    esac
done
ln -sfn en_US_f_Allison "$D/root/usr/share/asterisk/sounds/en"
version=$(dpkg-deb -f "$(ls "$D"/debs/asterisk_*.deb)" Version)
rm -rf "$D"/{apt,debs,status}
echo "$version" > "$D/version"
