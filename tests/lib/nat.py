"""
A phone behind a NAT, a dead second interface beside it, Asterisk and coturn (STUN and TURN) outside:

  phone 10.0.1.2 --- 10.0.1.1 nat 198.51.100.1 --- 198.51.100.10 Asterisk, .11 coturn
        10.99.0.2 --- nobody
"""
import glob
import os

import asterisk
from lab import NAME, need_tone, options
from netns import Netns, dead_interface, veth
from phone import Phone
from proc import CACHE, Process, need, run

PBX = '198.51.100.10'
STUN = '198.51.100.11'
TURN_USER = 'alice'
TURN_PASSWORD = 'wonderland'

# nothing comes in that did not go out; the masquerade decides which port the outside sees
NAT = '''sysctl -qw net.ipv4.ip_forward=1
nft add table ip nat
nft add chain ip nat post '{ type nat hook postrouting priority 100; }'
nft add rule ip nat post oifname wan meta l4proto udp masquerade %s
nft add rule ip nat post oifname wan masquerade %s
nft add chain ip nat through '{ type filter hook forward priority 0; policy drop; }'
nft add rule ip nat through iifname lan accept
nft add rule ip nat through ct state established,related accept'''

PROBE = '''
import os, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.2)
s.connect((sys.argv[1], 3478))
while True:
    try:
        s.send(struct.pack(">HHI12s", 1, 0, 0x2112A442, os.urandom(12)))
        if s.recv(512)[:2] == bytes((1, 1)):
            break
    except OSError:
        pass
'''


# IPCTNL_MSG_CT_DELETE without a tuple (linux/netfilter/nfnetlink_conntrack.h): all are forgotten
FORGET = '''
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.bind((0, 0))
s.send(struct.pack("=IHHIIBBH", 20, 1 << 8 | 2, 5, 1, 0, socket.AF_INET, 0, 0))
n = struct.unpack_from("=i", s.recv(1024), 16)[0]
raise SystemExit(-n)
'''


def coturn():
    """The program that tests/interop/get-unpacked.sh unpacked, with the libraries beside it."""
    root = os.path.join(CACHE, 'coturn', 'root')
    libs = ':'.join(glob.glob(os.path.join(root, 'usr', 'lib', '*-linux-gnu*')))
    return ['env', f'LD_LIBRARY_PATH={libs}', os.path.join(root, 'usr', 'bin', 'turnserver')]


class Lab:
    """Three namespaces, the servers in the outer one; stopped as one."""

    def __init__(self, folder):
        self.home, self.nat, self.far = Netns('home'), Netns('nat'), Netns('far')
        veth(self.home, 'eth0', '10.0.1.2/24', self.nat, 'lan', '10.0.1.1/24')
        veth(self.nat, 'wan', '198.51.100.1/24', self.far, 'eth0', f'{PBX}/24')
        self.home.sh('ip route add default via 10.0.1.1')
        dead_interface('dead0', '10.99.0.2/24', netns=self.home)
        self.far.sh(f'ip addr add {STUN}/24 dev eth0')
        self.nat.sh(NAT % ('', ''))
        self.pbx = asterisk.Asterisk(folder, 20000, PBX, netns=self.far)
        tls = f'{folder}/tls/server'
        self.stun = Process(coturn() + ['-n', f'--listening-ip={STUN}', f'--relay-ip={STUN}',
                                        '--lt-cred-mech', f'--user={TURN_USER}:{TURN_PASSWORD}',
                                        '--realm=turn.test', f'--cert={tls}.pem',
                                        f'--pkey={tls}.key', '--no-dtls', '--no-cli',
                                        '--log-file=stdout', f'--pidfile={folder}/turnserver.pid',
                                        f'--userdb={folder}/turndb'],
                            f'{folder}/turnserver.txt', netns=self.far)
        self.pbx.start()
        # a Binding Request each 0.2 s, until one is answered (RFC 8489)
        run(['/usr/bin/python3', '-c', PROBE, STUN], timeout=15, netns=self.home)

    def masquerade(self, how, closed='', tcp=None):
        """How the NAT maps ports; closed: packets from inside that do not get out, for nft."""
        tcp = how if tcp is None else tcp
        self.nat.sh('nft delete table ip nat\n' + NAT % (how, tcp))
        if closed:
            self.nat.sh(f'nft insert rule ip nat through iifname lan {closed} drop')

    def rebind(self):
        """As a router that was switched off and on: all mappings are gone, and UDP gets others."""
        self.masquerade('fully-random', tcp='')
        run(['/usr/bin/python3', '-c', FORGET], netns=self.nat)

    def stop(self):
        self.pbx.stop()
        self.stun.stop()
        for ns in (self.home, self.nat, self.far):
            ns.stop()


def lab(t, how, closed=''):
    nat = t.shared.get('nat', Lab)
    nat.masquerade(how, closed)
    return nat


def behind(t, nat, hz, command, stun=True, turn=None):
    # the relay over TLS has the name that is in the certificate
    rules = f'MAP {NAME}:5349 {STUN}:5349, MAP {NAME} {PBX}, MAP stun.test {STUN}'
    args = options(nat.pbx, '100', audio_in=f'tone:{hz}', audio_out=t.path('heard.wav'))
    args[args.index('--map') + 1] = rules
    if stun:
        args += ['--stun', 'stun.test']
    if turn:
        args += ['--turn', turn, '--turn-user', TURN_USER]
    return t.own(Phone(t.dir, args, command, 'secret100',
                       {'ARS_TURN_PASSWORD': TURN_PASSWORD}, nat.home))


def judge(t, p, hz, paths):
    stats = p.stats()
    f, level = need_tone(t.path('heard.wav'), hz, at_least=2.5)
    need(abs(level - stats['level_in_dbfs']) < 3, f'{level:.1f} dBFS, {stats}')
    need(stats['path'] in paths, f'path {stats["path"]}, not one of {paths}')
    t.figure(f'path {stats["path"]}, first sound {stats["first_audio_ms"]} ms, {f:.1f} Hz at '
             f'{level:.1f} dBFS (sent {stats["level_in_dbfs"]:.1f})')


def echo(t, nat, hz, paths, stun=True, turn=None):
    """A call of the echo that is heard, over one of these paths; the phone."""
    p = behind(t, nat, hz, ('call', '600', '--for', '4'), stun, turn)
    p.wait('established', 20)
    p.wait('ended', 20)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    judge(t, p, hz, paths)
    nat.pbx.wait_idle()
    return p
