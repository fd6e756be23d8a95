"""A server without a port: found by what the DNS says of its domain."""
import socket
import struct
import threading

from lab import options, pbx
from phone import Phone
from proc import need
from runner import test

A, NAPTR, SRV = 1, 35, 33
DOMAIN, TARGET, NOBODY = 'voip.test', 'edge.voip.test', 'gone.voip.test'


def name(text):
    return b''.join(bytes([len(p)]) + p.encode() for p in text.split('.') if p) + b'\0'


def string(text):
    return bytes([len(text)]) + text.encode()


class Dns:
    """RFC 1035 for the few records that it is given: {(name, type): [data]}."""

    def __init__(self, records):
        self.records = records
        self.asked = []
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind(('127.0.0.1', 53))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while True:
            query, peer = self.s.recvfrom(2048)
            if not query:
                return
            pos, labels = 12, []
            while query[pos]:
                labels.append(query[pos + 1:pos + 1 + query[pos]].decode())
                pos += 1 + query[pos]
            kind = struct.unpack('>H', query[pos + 1:pos + 3])[0]
            self.asked.append(('.'.join(labels), kind))
            found = self.records.get(self.asked[-1], [])
            answers = b''.join(struct.pack('>HHHIH', 0xc00c, kind, 1, 60, len(d)) + d
                               for d in found)
            head = query[:2] + struct.pack('>HHHHH', 0x8580 if found else 0x8583, 1, len(found),
                                           0, 0)
            self.s.sendto(head + query[12:pos + 5] + answers, peer)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b'', ('127.0.0.1', 53))
        self.thread.join()
        self.s.close()


class OwnResolver:
    """Instead of a network namespace: a mount of its own over /etc/resolv.conf."""

    def __init__(self, t):
        self.path = t.path('resolv.conf')
        with open(self.path, 'w', encoding='ascii') as f:
            f.write('nameserver 127.0.0.1\noptions attempts:1 timeout:1\n')

    def enter(self):
        return ['unshare', '--mount', 'sh', '-ec',
                f'mount --bind {self.path} /etc/resolv.conf; exec "$0" "$@"']


def connect(t, server, records):
    dns = t.own(Dns(records))
    args = options(server, '100')
    # neither a port nor a map: the domain alone; the certificate is not for it
    for key in ('--port', '--map', '--ca'):
        at = args.index(key)
        del args[at:at + 2]
    args[args.index('--server') + 1] = DOMAIN
    p = t.own(Phone(t.dir, args + ['--pin', server.pin()], password='secret100',
                    netns=OwnResolver(t)))
    p.wait('registered', 10)
    need(p.finish() == 0, f'exit {p.p.returncode}')
    return dns.asked


@test(30)
def service_by_naptr_and_srv(t):
    """Of two SRV records the better one leads nowhere: the other is taken."""
    server = pbx(t)
    srv = '_sip-ws.' + DOMAIN
    connect(t, server, {
        (DOMAIN, NAPTR): [
            struct.pack('>HH', 10, 10) + string('s') + string('SIPS+D2T') + string('') +
            name('_sips._tcp.' + DOMAIN),
            struct.pack('>HH', 20, 10) + string('s') + string('SIPS+D2W') + string('') + name(srv)],
        (srv, SRV): [struct.pack('>HHH', 20, 0, server.wss) + name(TARGET),
                     struct.pack('>HHH', 10, 0, 1) + name(NOBODY)],
        (TARGET, A): [bytes((127, 0, 0, 1))], (NOBODY, A): [bytes((127, 0, 0, 1))]})


@test(30)
def service_by_srv_alone(t):
    server = pbx(t)
    asked = connect(t, server, {
        ('_sips._wss.' + DOMAIN, SRV): [struct.pack('>HHH', 10, 0, server.wss) + name(TARGET)],
        (TARGET, A): [bytes((127, 0, 0, 1))]})
    need(('_sips._tcp.' + DOMAIN, SRV) not in asked, f'{asked}')
