"""Network namespaces that need no name: each is held by a process and goes away with it."""
import os
import subprocess

from proc import end, run, wait_for


class Netns:
    def __init__(self, name):
        self.name = name
        self.p = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'],
                                  stdin=subprocess.DEVNULL)
        own = os.readlink('/proc/self/ns/net')
        wait_for(f'namespace {name}',
                 lambda: os.readlink(f'/proc/{self.p.pid}/ns/net') != own, 5)
        self.sh('ip link set lo up')

    def enter(self):
        return ['nsenter', '--net', f'--target={self.p.pid}', '--']

    def sh(self, lines):
        """Shell lines in the namespace; the first that fails ends it."""
        run(['sh', '-e', '-c', lines], netns=self)

    def stop(self):
        end(self.p)


def veth(a, a_name, a_addr, b, b_name, b_addr):
    """A cable between two namespaces."""
    run(['ip', 'link', 'add', 'cable0', 'type', 'veth', 'peer', 'name', 'cable1'])
    run(['ip', 'link', 'set', 'cable0', 'netns', str(a.p.pid), 'name', a_name])
    run(['ip', 'link', 'set', 'cable1', 'netns', str(b.p.pid), 'name', b_name])
    for ns, dev, addr in ((a, a_name, a_addr), (b, b_name, b_addr)):
        ns.sh(f'ip addr add {addr} dev {dev}\nip link set {dev} up')


def dead_interface(name, addr, netns=None):
    """An interface that is up and has an address, and whose other end nobody reads: a dead one."""
    run(['sh', '-e', '-c', f'ip link set lo up\nip link add {name} type veth peer name {name}x\n'
         f'ip link set {name}x up\nip addr add {addr} dev {name}\nip link set {name} up'],
        netns=netns)
