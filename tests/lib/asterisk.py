"""A real Asterisk 22 for a test: fetched once a clone, started on its own ports and state folder."""
import os
import re
import shutil
import signal
import socket
import time

from proc import CACHE, Failed, Process, TOP, run, wait_for

SCRIPTS = os.path.join(TOP, 'tests', 'interop', 'asterisk')
DIR = os.path.join(CACHE, 'asterisk')


def fetch():
    """Needs the network (Debian's mirror) the first time in a clone."""
    run([os.path.join(SCRIPTS, 'get-asterisk.sh'), DIR], timeout=300)
    with open(os.path.join(DIR, 'version'), encoding='ascii') as f:
        return f.read().strip()


class Asterisk:
    def __init__(self, state, base=20000, bind='127.0.0.1', netns=None):
        self.state = state
        self.base = base
        self.bind = bind
        self.netns = netns
        self.p = None
        self.binary = []
        os.makedirs(os.path.join(state, 'tls'), exist_ok=True)
        self.certify()

    wss = property(lambda self: self.base + 89)
    ca = property(lambda self: os.path.join(self.state, 'tls', 'ca.pem'))
    log = property(lambda self: os.path.join(self.state, 'log', 'full'))

    def certify(self, renew=False):
        """Makes the CA and certificate, or another certificate of the same CA; start() uses it."""
        run([os.path.join(SCRIPTS, 'make-certs.sh')] + (['--renew'] if renew else []) +
            [os.path.join(self.state, 'tls')])

    def pin(self):
        """SHA-256 of the certificate, as openssl says it."""
        out = run(['openssl', 'x509', '-in', os.path.join(self.state, 'tls', 'server.pem'),
                   '-noout', '-fingerprint', '-sha256']).stdout
        return out.strip().split('=')[1]

    def start(self):
        """Returns when it takes connections; the seconds that it took."""
        t = time.monotonic()
        self.p = Process([os.path.join(SCRIPTS, 'run-asterisk.sh'), DIR, str(self.base),
                          self.state, self.bind], os.path.join(self.state, 'console.txt'),
                         netns=self.netns)
        self.p.wait_text('Asterisk Ready.', 30)
        self.cli('pjsip set logger on')
        return time.monotonic() - t

    def stop(self):
        if self.p:
            self.p.stop()
            self.p = None

    def kill(self):
        """As a crash: no goodbye to anybody."""
        self.p.signal(signal.SIGKILL)
        self.p.p.wait()

    def freeze(self):
        self.p.signal(signal.SIGSTOP)

    def thaw(self):
        self.p.signal(signal.SIGCONT)

    def cli(self, command):
        """One command of its own command line."""
        if not self.binary:
            # the loader and libraries that run-asterisk.sh found
            with open(f'/proc/{self.p.pid}/cmdline', 'rb') as f:
                argv = f.read().decode().split('\0')
            self.binary = argv[:argv.index('-f')]
        return run(self.binary + ['-C', os.path.join(self.state, 'etc', 'asterisk.conf'),
                                  '-rx', command], timeout=10).stdout

    # what it logged

    def mark(self):
        """A place in its log: what comes after is what a test looks at."""
        return os.path.getsize(self.log) if os.path.exists(self.log) else 0

    def since(self, mark):
        with open(self.log, 'rb') as f:
            f.seek(mark)
            return f.read().decode('utf-8', 'replace')

    def wait_log(self, pattern, mark, timeout):
        """The first match of a regular expression in the log after the mark."""
        return wait_for(f'Asterisk log /{pattern}/',
                        lambda: re.search(pattern, self.since(mark)), timeout)

    def received(self, method, mark):
        """How many requests of that method came in."""
        return len(re.findall(rf'<--- Received SIP request.*\n{method} sip', self.since(mark)))

    def contacts(self, user):
        return re.findall(rf'Contact:\s+{user}/(\S+)', self.cli('pjsip show contacts'))

    def channels(self):
        return self.cli('core show channels concise').split()

    def call(self, user, extension='600'):
        """Calls that user and connects them to the extension."""
        self.cli(f'channel originate PJSIP/{user} extension {extension}@internal')

    def wait_idle(self, timeout=5):
        """Until no call is left in it."""
        wait_for('Asterisk without calls', lambda: not self.channels(), timeout, every=0.1)


class Ami:
    """The manager interface, for what the log does not say."""

    def __init__(self, pbx):
        self.s = socket.create_connection((pbx.bind, pbx.base + 38), 5)
        self.f = self.s.makefile('rwb')
        self.f.readline()
        self.send(Action='Login', Username='lab', Secret='labsecret')

    def send(self, **fields):
        self.f.write(''.join(f'{k}: {v}\r\n' for k, v in fields.items()).encode() + b'\r\n')
        self.f.flush()

    def wait(self, event, timeout, **fields):
        """The next event with that name and those fields, as a dict."""
        end = time.monotonic() + timeout
        message = {}
        while time.monotonic() < end:
            self.s.settimeout(max(0.01, end - time.monotonic()))
            try:
                line = self.f.readline().decode('utf-8', 'replace').strip()
            except socket.timeout:
                break
            if line:
                key, _, value = line.partition(': ')
                message[key] = value
                continue
            if message.get('Event') == event and \
                    all(message.get(k) == v for k, v in fields.items()):
                return message
            message = {}
        raise Failed(f'AMI event {event} {fields}: not within {timeout} s')

    def stop(self):
        self.s.close()


def clean(state):
    shutil.rmtree(state, ignore_errors=True)
