"""What the tests of this folder share: the Asterisk, a phone registered with it, judged sound."""
import os

import numpy as np

import asterisk
import wav
from netns import dead_interface
from phone import Phone
from proc import need
from pulse import Pulse

NAME = 'pbx.test'
BAND_DBFS = 3.0     # how far an echoed tone may be from what was sent


def network():
    """Loopback, and an interface whose packets nobody answers: Asterisk offers no loopback address
    by itself, and a phone must cope with a dead interface in every test."""
    dead_interface('lab0', '192.0.2.2/24')


def pbx(t):
    """The Asterisk that most tests share."""
    def make(folder):
        server = asterisk.Asterisk(folder)
        server.start()
        return server
    return t.shared.get('asterisk', make)


def own_pbx(t, base=22000):
    """One of the test's own: to be stopped, frozen, or given another certificate."""
    server = t.own(asterisk.Asterisk(t.path('asterisk'), base))
    server.start()
    return server


def pulse(t):
    return t.shared.get('pulse', Pulse)


def options(server, user='100', name=NAME, port=None, ca=None, trust=True, address='127.0.0.1',
            audio_in='silence', audio_out='none', extra=()):
    args = ['--server', name, '--port', str(port or server.wss), '--login', user,
            '--map', f'MAP {name} {address}', '--audio-in', audio_in, '--audio-out', audio_out]
    if trust:
        args += ['--ca', ca or server.ca]
    return args + list(extra)


def phone(t, server, user='100', command=('script',), password=None, env=None, netns=None,
          cli=None, **kw):
    return t.own(Phone(t.dir, options(server, user, **kw), command,
                       password or f'secret{user}', env, netns, cli))


def registered(t, server, user='100', **kw):
    p = phone(t, server, user, **kw)
    p.wait('registered', 10)
    return p


def need_tone(path, hz, sent_dbfs=None, at_least=1.0):
    """The recording holds that tone for so many seconds, at its level and frequency."""
    x, rate = wav.read(path)
    spans = wav.tone_spans(x, rate, hz)
    seconds = sum(b - a for a, b in spans)
    need(seconds >= at_least, f'{os.path.basename(path)}: {hz} Hz for {seconds:.2f} s of '
         f'{len(x) / rate:.2f} s, {at_least} s wanted; spans {spans}')
    a, b = max(spans, key=lambda s: s[1] - s[0])
    middle = x[int((a + 0.1) * rate):int((b - 0.1) * rate)]
    f, level = wav.frequency(middle, rate), wav.level(middle)
    need(abs(f - hz) < 0.01 * hz, f'{f:.1f} Hz instead of {hz}')
    if sent_dbfs is not None:
        need(abs(level - sent_dbfs) <= BAND_DBFS,
             f'tone at {level:.1f} dBFS, sent at {sent_dbfs:.1f}')
    return f, level


def speech(t, seconds):
    """Recorded speech at 48 kHz between seconds of silence: the file, and how long it is."""
    path = os.path.join(t.shared.dir, f'speech-{seconds}.wav')
    parts = []
    for name in ('demo-congrats', 'demo-instruct'):
        source = os.path.join(asterisk.DIR, 'speech', f'{name}.wav')
        need(os.path.exists(source), f'no recorded speech {source}')
        parts.append(wav.read(source))
    x = np.concatenate([x for x, _ in parts])
    rate = parts[0][1]
    x = wav.resample(x[:seconds * rate], rate, 48000)
    x *= 0.5 / np.max(np.abs(x))
    x = np.concatenate([np.zeros(2 * 48000), x, np.zeros(48000)])
    os.makedirs(t.shared.dir, exist_ok=True)
    wav.write(path, x, 48000)
    return path, len(x) / 48000
