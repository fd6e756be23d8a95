#!/bin/bash
# Fetches Debian's Asterisk 22 with a private apt state and unpacks it into DIR/root: no chroot, no
# root rights, no maintainer scripts. 27 packages that its modules need (22 MB); where the suite has
# renamed one of them, apt's whole closure (81 MB). Recorded speech for the tests goes to DIR/speech.
# Fetched once: DIR/version says what is there. Usage: get-asterisk.sh DIR
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
D=$(realpath -m "$1")
suites="forky sid"
arch=$(dpkg --print-architecture)
names="asterisk asterisk-modules asterisk-config asterisk-core-sounds-en-gsm libbsd0 libc6 libcap2
    libcrypt1 libedit2 libgcc-s1 libgsm1 libjansson4 libmd0 libnspr4 libnss3 libopus0 libsqlite3-0
    libsrtp2-1 libssl3t64 libstdc++6 libsystemd0 libtinfo6 liburiparser1 libuuid1 libxml2-16
    libxslt1.1 libzstd1 zlib1g"
speech="demo-congrats demo-instruct demo-thanks demo-abouttotry demo-moreinfo"

[ ! -s "$D/version" ] || exit 0
mkdir -p "$D"
exec 9> "$D/lock"
flock 9
[ ! -s "$D/version" ] || exit 0

rm -rf "$D"/{apt,debs,root,speech}
mkdir -p "$D"/apt/{lists/partial,cache/archives/partial} "$D"/{debs,root,speech}
cat > "$D/apt/apt.conf" <<X
Dir::State "$D/apt";
Dir::State::Lists "$D/apt/lists";
Dir::State::status "$D/apt/status";
Dir::Cache "$D/apt/cache";
Dir::Etc::SourceList "$D/apt/sources.list";
Dir::Etc::SourceParts "$D/apt/none";
Dir::Etc::Preferences "$D/apt/none";
Dir::Etc::PreferencesParts "$D/apt/none";
Dir::Log "$D/apt";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::Retries "3";
APT::Sandbox::User "";
APT::Architecture "$arch";
X
mkdir "$D/apt/none"
: > "$D/apt/status"
export APT_CONFIG="$D/apt/apt.conf"

# the mirror that this machine already uses for Debian, else Debian's own
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -aoE '^(URIs: *|deb .*)https?://[^ ]+/debian/?( |$)' | grep -oE 'https?://[^ ]+' | head -n 1) || true
mirror=${mirror:-http://deb.debian.org/debian}

# Tries the short list of one suite, then its whole closure.
download() {
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" \
        > "$D/apt/sources.list"
    apt-get update -qq || return 1
    # shellcheck disable=SC2086
    (cd "$D/debs" && apt-get download -qq $names asterisk-core-sounds-en-wav) && return 0
    echo "get-asterisk: a package was renamed in $1, fetching the whole closure" >&2
    rm -f "$D"/debs/*.deb
    apt-get install -qq -y --download-only --no-install-recommends \
        asterisk asterisk-core-sounds-en-gsm asterisk-core-sounds-en-wav || return 1
    mv "$D"/apt/cache/archives/*.deb "$D/debs/"
}

ok=
for suite in $suites; do
    if download "$suite"; then ok=1; break; fi
done
[ -n "$ok" ] || { echo "get-asterisk: cannot fetch Asterisk from $mirror ($suites)" >&2; exit 1; }

for deb in "$D"/debs/*.deb; do
    case $deb in
        */asterisk-core-sounds-en-wav_*)
            dpkg-deb --fsys-tarfile "$deb" > "$D/debs/speech.tar"
            for s in $speech; do
                tar -xOf "$D/debs/speech.tar" --wildcards "*/sounds/en_US_f_Allison/$s.wav" \
                    > "$D/speech/$s.wav"
            done ;;
        *) dpkg-deb -x "$deb" "$D/root" ;;
    esac
done
ln -sfn en_US_f_Allison "$D/root/usr/share/asterisk/sounds/en"
version=$(dpkg-deb -f "$(ls "$D"/debs/asterisk_*.deb)" Version)
rm -rf "$D"/{apt,debs}
echo "$version" > "$D/version"
echo "get-asterisk: Asterisk $version in $D"
