"""
The phone behind a NAT, a dead second interface beside it, Asterisk and a STUN server outside:

  phone 10.0.1.2 --- 10.0.1.1 nat 198.51.100.1 --- 198.51.100.10 Asterisk, .11 STUN (coturn)
        10.99.0.2 --- nobody
"""
import glob
import os

import asterisk
from lab import NAME, need_tone, options
from netns import Netns, dead_interface, veth
from phone import Phone
from proc import CACHE, Process, need, run
from runner import test

PBX = '198.51.100.10'
STUN = '198.51.100.11'

# nothing comes in that did not go out; the masquerade decides which port the outside sees
NAT = '''sysctl -qw net.ipv4.ip_forward=1
nft add table ip nat
nft add chain ip nat post '{ type nat hook postrouting priority 100; }'
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


def coturn():
    """The program that tests/interop/get-coturn.sh unpacked, with the libraries beside it."""
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
        self.nat.sh(NAT % '')
        self.stun = Process(coturn() + ['-n', '--stun-only', f'--listening-ip={STUN}', '--no-tls',
                                        '--no-dtls', '--no-cli', '--log-file=stdout',
                                        f'--pidfile={folder}/turnserver.pid',
                                        f'--userdb={folder}/turndb'],
                            f'{folder}/turnserver.txt', netns=self.far)
        self.pbx = asterisk.Asterisk(folder, 20000, PBX, netns=self.far)
        self.pbx.start()
        # a Binding Request each 0.2 s, until one is answered (RFC 8489)
        run(['/usr/bin/python3', '-c', PROBE, STUN], timeout=15, netns=self.home)

    def masquerade(self, how):
        self.nat.sh('nft delete table ip nat\n' + NAT % how)

    def stop(self):
        self.pbx.stop()
        self.stun.stop()
        for ns in (self.home, self.nat, self.far):
            ns.stop()


def lab(t, how):
    nat = t.shared.get('nat', Lab)
    nat.masquerade(how)
    return nat


def behind(t, nat, hz, command, stun=True):
    rules = f'MAP {NAME} {PBX}, MAP stun.test {STUN}'
    args = options(nat.pbx, '100', audio_in=f'tone:{hz}', audio_out=t.path('heard.wav'))
    args[args.index('--map') + 1] = rules
    if stun:
        args += ['--stun', 'stun.test']
    return t.own(Phone(t.dir, args, command, 'secret100', netns=nat.home))


def judge(t, p, hz, paths):
    stats = p.stats()
    f, level = need_tone(t.path('heard.wav'), hz, at_least=2.5)
    need(abs(level - stats['level_in_dbfs']) < 3, f'{level:.1f} dBFS, {stats}')
    need(stats['path'] in paths, f'path {stats["path"]}, not one of {paths}')
    t.figure(f'path {stats["path"]}, first sound {stats["first_audio_ms"]} ms, {f:.1f} Hz at '
             f'{level:.1f} dBFS (sent {stats["level_in_dbfs"]:.1f})')


def echo(t, nat, hz, paths, stun=True):
    p = behind(t, nat, hz, ('call', '600', '--for', '4'), stun)
    p.wait('established', 20)
    p.wait('ended', 20)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    judge(t, p, hz, paths)
    nat.pbx.wait_idle()


@test(60)
def nat_call(t):
    """The NAT keeps our port: what STUN told us is what Asterisk sees."""
    echo(t, lab(t, ''), 700, ('srflx/host',))


@test(60)
def nat_symmetric_call(t):
    """It gives each destination another port: what STUN told us is of no use."""
    echo(t, lab(t, 'fully-random'), 800, ('prflx/host',))


@test(60)
def nat_without_stun(t):
    """No STUN server: the checks alone find the way."""
    echo(t, lab(t, ''), 900, ('prflx/host',), stun=False)


@test(60)
def nat_called(t):
    """Asterisk calls us in there."""
    nat = lab(t, '')
    p = behind(t, nat, 1000, ('answer', '--count', '1', '--for', '4'))
    p.wait('registered', 10)
    nat.pbx.call('100')
    p.wait('incoming')
    p.wait('established', 10)
    p.wait('ended', 20)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    judge(t, p, 1000, ('srflx/host', 'prflx/host'))
