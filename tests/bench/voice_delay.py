"""
Mouth to ear, and the CPU of a call: chirps into a virtual microphone, through Asterisk's echo, out
of a virtual speaker; both on one clock. Ours, baresip and Chromium in turn.
"""
import contextlib
import os
import time

import numpy as np

import baresip
import wav
from browser import Browser
from figures import CLI, cpu_s
from phone import PLAIN_SOUND, Phone
from proc import need
from pulse import Pulse

RATE = 48000
CHIRP_S = .04
SECONDS = 16
SETTLE_S = 3            # the first chirps are the buffer's, not the call's
LATEST_S = .75
DELAY_MS = 110
SPREAD_MS = 20          # of the 95th percentile over the median
CPU_SHARE = .25         # of Chromium's


def chirp():
    t = np.arange(int(CHIRP_S * RATE)) / RATE
    return np.sin(2 * np.pi * (500 + 1250 / CHIRP_S * t) * t) * np.hanning(len(t))


def chirps(path, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(int((SECONDS + 1) * RATE)) * 10 ** (-60 / 20)
    at, one = .5, chirp() / 2
    while at < SECONDS - 1:
        x[int(at * RATE):int(at * RATE) + len(one)] += one
        at += rng.uniform(.8, 1.2)
    wav.write(path, x, RATE)


def envelope(x):
    """How alike a chirp it is, sample by sample."""
    n = 1 << len(x).bit_length()
    return np.abs(np.fft.irfft(np.fft.rfft(x, n) * np.conj(np.fft.rfft(chirp(), n)), n)[:len(x)])


def delays_ms(said, heard):
    """Of each chirp that was heard, and how many were not."""
    a, b = envelope(said), envelope(heard)
    clear = a > .4 * a.max()
    found, missed, i = [], 0, 0
    while i < len(a):
        i += int(np.argmax(clear[i:]))
        if not clear[i]:
            break
        at = i + int(np.argmax(a[i:i + RATE // 20]))
        window = b[at:at + int(LATEST_S * RATE)]
        k = int(np.argmax(window))
        if window[k] > 8 * np.median(window) and window[k] > .02 * a[at]:
            found.append(k * 1000 / RATE)
        else:
            missed += 1
        i = at + int(.4 * RATE)
    return found, missed


def family(pid):
    """A process and all that descend from it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError), open(f'/proc/{name}/stat', encoding='ascii',
                                                errors='replace') as f:
            parents.setdefault(int(f.read().rpartition(')')[2].split()[1]), []).append(int(name))
    found = [pid]
    for p in found:
        found += parents.get(p, [])
    return found


def family_cpu_s(pid):
    total = 0
    for p in family(pid):
        with contextlib.suppress(OSError):
            total += cpu_s(p)
    return total


def ours(bench, pbx, cards, processed):
    p = bench.own(Phone(bench.dir, ['--server', 'pbx.test', '--port', str(pbx.wss), '--login',
                                    '100', '--map', 'MAP pbx.test 127.0.0.1', '--ca', pbx.ca,
                                    '--audio-in', 'device:mic', '--audio-out', 'device:spk',
                                    *(() if processed else PLAIN_SOUND)],
                        password='secret100', env=cards.env, cli=CLI))
    p.wait('registered', 10)
    p.do('dial 600')
    p.wait('first_audio')
    return p.pid


def theirs(bench, pbx, cards, processed):
    b = Browser(bench, f'wss://127.0.0.1:{pbx.wss}/ws', '101', 700, True, cards=cards.env,
                sound='processed' if processed else 'plain')
    b.do('dial 600')
    b.wait('established', 10)
    return b.p.pid


def peers(bench, pbx, cards, processed):
    b = bench.own(baresip.Baresip(bench.path('baresip'), pbx.base + 60, 29910, 29810,
                                  source='alsa,pulse', player='alsa,pulse', env=cards.env))
    b.call('600')
    return b.pid


# as the figures' names end; with the microphone as it is, or processed
CLIENTS = {'.baresip': (peers, False), '.chromium': (theirs, False),
           '.processed.chromium': (theirs, True), '': (ours, False), '.processed': (ours, True)}


def one(bench, pbx, cards, make, processed, said):
    """Delays of the chirps, and CPU seconds a minute."""
    with bench.part():
        pid = make(bench, pbx, cards, processed)
        time.sleep(SETTLE_S)
        record = bench.own(cards.record(bench.path('bus.wav')))
        player = bench.own(cards.play(said))
        cpu, t = family_cpu_s(pid), time.monotonic()
        player.wait(SECONDS + 10)
        cpu = (family_cpu_s(pid) - cpu) * 60 / (time.monotonic() - t)
        time.sleep(LATEST_S)
    said, heard = (wav.read(record.path, channel)[0] for channel in (0, 1))
    found, missed = delays_ms(said, heard)
    need(found, f'{make.__name__}: no chirp was heard')
    return {'median': float(np.median(found)), 'missed': missed, 'cpu': cpu,
            'spread': float(np.percentile(found, 95) - np.median(found))}


def measure(bench, pbx):
    said = bench.path('chirps.wav')
    chirps(said)
    cards = bench.own(Pulse(bench.dir))
    found = {name: [] for name in CLIENTS if name != '.baresip' or baresip.version()}
    for _ in range(max(1, bench.runs // 2)):
        for name, rows in found.items():
            rows.append(one(bench, pbx, cards, *CLIENTS[name], said))
    cpu, delay = {}, {}
    for name, rows in found.items():
        mine = CLIENTS[name][0] is ours
        others = [d for n, d in delay.items() if CLIENTS[n][0] is not ours]
        cpu[name] = bench.figure(f'cpu{name}', [r['cpu'] for r in rows], 's/min',
                                 CPU_SHARE * cpu[f'{name}.chromium'] if mine else None)
        delay[name] = bench.figure(f'mouth_to_ear{name}', [r['median'] for r in rows], 'ms',
                                   min(DELAY_MS, *others) if mine else None)
        bench.figure(f'mouth_to_ear_spread{name}', [r['spread'] for r in rows], 'ms',
                     SPREAD_MS if mine else None)
        bench.figure(f'chirps_missed{name}', [r['missed'] for r in rows], '', 0 if mine else None)
