#!/bin/bash
# Runs the unpacked Asterisk in the foreground, without chroot and without root rights. Several can
# run side by side. Usage: run-asterisk.sh DIR PORTBASE STATEDIR [BIND]
#   DIR as for get-asterisk.sh; make-certs.sh has filled STATEDIR/tls.
#   WSS is PORTBASE+89 (/ws), WS +88, SIP UDP and TCP +60, AMI +38, RTP +200..+398; all on BIND
#   (127.0.0.1; IPv6 in brackets). Ready when it prints "Asterisk Ready."
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
here=$(dirname "$(realpath "$0")")
root=$(realpath "$1")/root
base=$2
state=$(realpath -m "$3")
bind=${4:-127.0.0.1}
modules=$(find "$root/usr/lib" -type d -path '*/asterisk/modules' | head -n 1)
libs=${modules%/asterisk/modules}
sounds=$root/usr/share/asterisk/sounds
loader=$(find "$root/" -name 'ld-linux-*.so.*' | head -n 1)

mkdir -p "$state"/{etc,lib/keys,lib/agi-bin,cache,run,log} \
    "$state"/spool/{voicemail/default/100,outgoing,tmp,monitor,system}
ln -sfn "$root/usr/share/asterisk/documentation" "$state/lib/documentation"
for f in acl cdr cel cli_permissions codecs dsp features indications pjproject pjsip_notify \
    sorcery stasis udptl; do
    cp "$root/etc/asterisk/$f.conf" "$state/etc/"
done
chmod -R u+w "$state/etc"
cp "$here"/conf/*.conf "$state/tls/server.pem" "$state/tls/server.key" "$state/etc/"

# Asterisk never offers 127.0.0.0/8 as an ICE candidate: it advertises each own address as 127.0.0.1
map=
if [ "$bind" = 127.0.0.1 ]; then
    map=$(ip -4 -o addr show scope global | awk '{sub("/.*", "", $4); print $4 " => 127.0.0.1"}')
fi
awk -v map="$map" '$0 == "@HOSTMAP@" {print map; next} {print}' "$here/conf/rtp.conf" \
    > "$state/etc/rtp.conf"
[ "${bind#\[}" = "$bind" ] || sed -i '/^ice_deny=/d' "$state/etc/rtp.conf"

# conf/ has the ports of base 20000 and the paths of a packaged Asterisk
sed -i \
    -e "s#/srv/pbx#$state#g" \
    -e "s#=> /usr/lib/x86_64-linux-gnu/asterisk/modules#=> $modules#" \
    -e "s#=> /usr/share/asterisk#=> $root/usr/share/asterisk#" \
    -e "s#^entry=/usr/share/asterisk/sounds#entry=$sounds#" \
    -e "s#20088#$((base + 88))#; s#20089#$((base + 89))#; s#20060#$((base + 60))#" \
    -e "s#20070#$((base + 70))#; s#20038#$((base + 38))#" \
    -e "s#^rtpstart=.*#rtpstart=$((base + 200))#; s#^rtpend=.*#rtpend=$((base + 398))#" \
    "$state"/etc/*.conf
sed -i "s#127\.0\.0\.1#$bind#g" "$state"/etc/{http,pjsip,manager}.conf

exec "$loader" --library-path "$libs" "$root/usr/sbin/asterisk" -f -C "$state/etc/asterisk.conf"
