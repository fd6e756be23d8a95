#!/bin/bash
# Fetches SIP.js from the npm registry into DIR/package, for a browser to load. Usage: get-sipjs.sh DIR
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
version=0.21.2
sha256=abbf374bccf50fdd0f659e24dd70a83a0bad09553bd16fa4b6c94021053f66cb

D=$(realpath -m "$1")
[ ! -s "$D/version" ] || exit 0
rm -rf "$D"
mkdir -p "$D"
cd "$D"
npm pack --silent "sip.js@$version" > /dev/null
echo "$sha256  sip.js-$version.tgz" | sha256sum --quiet -c
tar -xzf "sip.js-$version.tgz"
rm "sip.js-$version.tgz"
echo "$version" > version
