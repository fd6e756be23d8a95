"""baresip as a peer: over UDP to the same Asterisk, no encryption, no window. Driven over ctrl_tcp."""
import json
import os
import re
import socket
import subprocess
import time

from proc import Failed, end

MODULES = '/usr/lib/baresip/modules'


def version():
    """None where it is not installed."""
    try:
        r = subprocess.run(['baresip', '-h'], capture_output=True, text=True, timeout=10)
    except FileNotFoundError:
        return None
    found = re.search(r'baresip v([\d.]+)', r.stdout + r.stderr)
    return found.group(1) if found else None


class Baresip:
    """source, player: 'module,device' as in its configuration."""

    def __init__(self, folder, port, sip_port, ctrl_port, source='aubridge,x',
                 player='aubridge,x', codec='opus', env=None):
        os.makedirs(folder, exist_ok=True)
        names = {source.split(',')[0], player.split(',')[0]}
        lines = ['ctrl_tcp_listen 127.0.0.1:%d' % ctrl_port, f'module_path {MODULES}',
                 'sip_listen 127.0.0.1:%d' % sip_port, 'net_interface 127.0.0.1',
                 f'audio_source {source}', f'audio_player {player}', f'audio_alert {player}',
                 'opus_bitrate 32000', 'ausrc_srate 48000', 'auplay_srate 48000',
                 'ausrc_channels 1', 'auplay_channels 1', 'opus_stereo no', 'opus_sprop_stereo no',
                 'rtp_ports 29000-29100', f'module {codec}.so']
        lines += [f'module {name}.so' for name in sorted(names)]
        lines += ['module_app account.so', 'module_app menu.so', 'module_app ctrl_tcp.so']
        self._write(folder, 'config', '\n'.join(lines) + '\n')
        self._write(folder, 'accounts',
                    f'<sip:200@127.0.0.1:{port};transport=udp>;auth_pass=secret200;regint=600\n')
        self._write(folder, 'contacts', '')
        self.log = open(os.path.join(folder, 'log.txt'), 'w+b')
        self.started = time.monotonic()
        self.p = subprocess.Popen(['baresip', '-f', folder], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env={**os.environ, 'HOME': folder, **(env or {})})
        self.registered_after = self._wait_registered()
        self.s = socket.create_connection(('127.0.0.1', ctrl_port), 5)
        self.buffer = b''

    pid = property(lambda self: self.p.pid)

    @staticmethod
    def _write(folder, name, text):
        with open(os.path.join(folder, name), 'w', encoding='ascii') as f:
            f.write(text)

    def _wait_registered(self):
        for line in self.p.stdout:
            self.log.write(line)
            if b'registered successfully' in line or b'200 OK' in line:
                seconds = time.monotonic() - self.started
                os.set_blocking(self.p.stdout.fileno(), False)
                return seconds
        self.log.flush()
        raise Failed(f'baresip does not register: see {self.log.name}')

    def _drain(self):
        """Its output pipe must not fill."""
        while data := self.p.stdout.read(65536):
            self.log.write(data)

    def command(self, name, params=''):
        text = json.dumps({'command': name, 'params': params}).encode()
        self.s.sendall(b'%d:%s,' % (len(text), text))

    def _message(self):
        """One netstring of the control connection; None when it is not whole yet."""
        size, colon, rest = self.buffer.partition(b':')
        if not colon or len(rest) < int(size) + 1:
            return None
        self.buffer = rest[int(size) + 1:]
        return json.loads(rest[:int(size)])

    def wait_event(self, kind, timeout):
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            while message := self._message():
                if message.get('type') == kind:
                    return
                if message.get('type') == 'CALL_CLOSED':
                    raise Failed(f'baresip: the call ended: {message.get("param")}')
            self.s.settimeout(max(0.01, until - time.monotonic()))
            try:
                self.buffer += self.s.recv(65536)
            except socket.timeout:
                break
            self._drain()
        raise Failed(f'baresip: no {kind} within {timeout} s')

    def call(self, number, kind='CALL_RTPESTAB'):
        """Dials; seconds until that event."""
        t = time.monotonic()
        self.command('dial', number)
        self.wait_event(kind, 10)
        return time.monotonic() - t

    def hangup(self):
        self.command('hangup')
        self.wait_event_end()

    def wait_event_end(self):
        try:
            self.wait_event('NEVER', 5)
        except Failed as e:
            if 'the call ended' not in str(e):
                raise

    def stop(self):
        if hasattr(self, 's'):
            self.s.close()
        end(self.p)
        self.p.stdout.close()
        self.log.close()
