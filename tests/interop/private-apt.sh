# shellcheck shell=bash
# Sourced: apt with a state of its own, so that packages are fetched and unpacked without installing
# them, without root rights, and from another suite than the machine's.

# private_apt DIR STATUS SUITE: sets APT_CONFIG. STATUS is the list of what counts as installed.
private_apt() {
    local dir=$1 status=$2 suite=$3 mirror
    rm -rf "$dir"
    mkdir -p "$dir"/{lists/partial,cache/archives/partial,none}
    cat > "$dir/apt.conf" <<X
Dir::State "$dir";
Dir::State::Lists "$dir/lists";
Dir::State::status "$status";
Dir::Cache "$dir/cache";
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "$dir/none";
Dir::Etc::Preferences "$dir/none";
Dir::Etc::PreferencesParts "$dir/none";
Dir::Log "$dir";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::Retries "3";
APT::Sandbox::User "";
APT::Architecture "$(dpkg --print-architecture)";
Debug::NoLocking "true";
X
    # the mirror that this machine already uses for Debian, else Debian's own
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null |
        grep -aoE '^(URIs: *|deb .*)https?://[^ ]+/debian/?( |$)' |
        grep -oE 'https?://[^ ]+' | head -n 1) || true
    mirror=${mirror:-http://deb.debian.org/debian}
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
        > "$dir/sources.list"
    export APT_CONFIG="$dir/apt.conf"
    apt-get update -qq || { echo "no lists of $suite from $mirror" >&2; return 1; }
}
