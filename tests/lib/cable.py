"""
The phone's network and the cable to the PBX's:

  phones 10.0.1.2 ------ cable ------ 10.0.1.1 Asterisk, and more phones
"""
import asterisk
from lab import options
from netns import Netns, veth
from phone import Phone

HOME, PBX = '10.0.1.2', '10.0.1.1'


class Lab:
    """Two namespaces and a cable; Asterisk at the far end."""

    def __init__(self, folder):
        self.home, self.far = Netns('home'), Netns('far')
        veth(self.home, 'eth0', f'{HOME}/24', self.far, 'eth0', f'{PBX}/24')
        self.pbx = asterisk.Asterisk(folder, 20000, PBX, netns=self.far)
        self.pbx.start()

    def cable(self, state):
        self.far.sh(f'ip link set eth0 {state}')

    def address(self, old, new):
        self.home.sh(f'ip addr del {old}/24 dev eth0\nip addr add {new}/24 dev eth0')

    def loses(self, percent):
        """So many datagrams, both ways, each by chance."""
        for ns in (self.home, self.far):
            ns.sh('nft add table ip cable\nnft delete table ip cable\nnft add table ip cable\n'
                  "nft add chain ip cable in '{ type filter hook input priority 0; }'\n"
                  f'nft add rule ip cable in ip protocol udp numgen random mod 100 lt {percent} drop')

    def stop(self):
        self.pbx.stop()
        for ns in (self.home, self.far):
            ns.stop()


def lab(t):
    return t.shared.get('cable', Lab)


def start(t, cable, user, beside=False, **kw):
    """beside: in the network of the PBX, which no cable's end cuts off."""
    args = options(cable.pbx, user, address=PBX, **kw)
    return t.own(Phone(t.dir, args, password=f'secret{user}',
                       netns=cable.far if beside else cable.home))


def phone(t, cable, user, **kw):
    p = start(t, cable, user, **kw)
    p.wait('registered', 10)
    return p
