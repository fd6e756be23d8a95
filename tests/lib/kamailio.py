"""A Kamailio for a test: WSS towards phones, UDP towards the Asterisk behind it and to sipp."""
import glob
import os

from proc import CACHE, Process, TOP, wait_for

CONFIG = os.path.join(TOP, 'tests', 'interop', 'kamailio', 'kamailio.cfg')
ROOT = os.path.join(CACHE, 'kamailio', 'root')
PACKAGES = ('kamailio', 'kamailio-tls-modules', 'kamailio-websocket-modules')


class Kamailio:
    """What tests take for a server: wss, ca. The certificate is the Asterisk's."""

    def __init__(self, state, pbx, base=30000, bind='127.0.0.1'):
        self.state, self.pbx, self.base, self.bind = state, pbx, base, bind
        self.wss, self.udp, self.sipp = base + 43, base + 60, base + 70
        self.ca = pbx.ca
        self.log = os.path.join(state, 'log.txt')

    def start(self):
        modules = glob.glob(os.path.join(ROOT, 'usr/lib/*/kamailio/modules'))[0]
        libs = os.path.dirname(os.path.dirname(modules))
        with open(CONFIG, encoding='utf-8') as f:
            text = f.read()
        for name, value in (('UDP', f'127.0.0.1:{self.udp}'), ('WSS', f'{self.bind}:{self.wss}'),
                            ('ASTERISK', f'127.0.0.1:{self.pbx.base + 60}'),
                            ('SIPP', f'127.0.0.1:{self.sipp}'), ('MODULES', modules),
                            ('TLS', os.path.dirname(self.ca))):
            text = text.replace(f'@{name}@', value)
        config = os.path.join(self.state, 'kamailio.cfg')
        with open(config, 'w', encoding='utf-8') as f:
            f.write(text)
        env = {'LD_LIBRARY_PATH': f'{libs}:{os.path.join(libs, "kamailio")}'}
        self.p = Process([os.path.join(ROOT, 'usr/sbin/kamailio'), '-f', config, '-DD', '-E', '-Y',
                          self.state, '-m', '32', '-M', '4'], self.log, env=env)
        wait_for('Kamailio\'s port', self.listens, 15)

    def listens(self):
        with open('/proc/net/tcp', encoding='ascii') as f:
            wanted = f':{self.wss:04X} 00000000:0000 0A'
            return wanted in f.read()

    def stop(self):
        self.p.stop()
