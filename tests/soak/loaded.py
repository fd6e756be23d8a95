"""A call on virtual sound cards while the machine has more to do than it can."""
import os
import time

import numpy as np

import lab
import load
import runner
import wav
from common import CLI, counts, option, progress
from proc import Process, keep_time, need, unhurried
from stalls import Stalls

FRAME_S = 0.005     # of the tone
# what a stall of the machine that long is to blame for: the card has 30 ms ahead, of which one frame
# is on its way; between the mixer and the callback are 4 ms at least
BLAMED_MS = {'late': 4, 'underruns': 15, 'gaps': 4}


class Recorder:
    """The speaker, at 8 kHz, from `start` on."""

    def __init__(self, sound, path):
        self.path = path
        self.p = Process(['parec', '-d', 'spk.monitor', '--file-format=wav', '--format=s16le',
                          '--rate=8000', '--channels=1', '--latency-msec=500', path],
                         f'{path}.txt', env=sound.env)
        self.start = time.monotonic()
        self.stop = self.p.stop

    def holes(self):
        """Where a steady tone was not: [(when, ms)], the first two seconds left out."""
        x, rate = wav.read(self.path)
        n = int(rate * FRAME_S)
        frames = x[:len(x) // n * n].reshape(-1, n)
        rms = np.sqrt(np.mean(np.square(frames), axis=1))
        quiet = np.flatnonzero(rms < np.median(rms) / 2)
        runs = np.split(quiet, np.flatnonzero(np.diff(quiet) > 1) + 1)
        return [(self.start + run[0] * FRAME_S, round(len(run) * FRAME_S * 1000))
                for run in runs if len(run) and run[0] * FRAME_S > 2]


@unhurried
def start(t, server, sound):
    """As others on the machine are; server and sound cards are another machine and hardware."""
    p = lab.registered(t, server, audio_in='device:mic', audio_out='device:spk', env=sound.env,
                       cli=CLI)
    p.do('dial 610')
    p.wait('first_audio', call=1)
    return p, t.own(load.Load())


def listen(p, minutes):
    """What was not in time: [(when, in which of the counts, how often)], to the second."""
    last = counts(p)
    seen = []
    end = time.monotonic() + 60 * minutes
    told = time.monotonic()
    while time.monotonic() < end:
        p.quiet(('ended', 'reconnecting', 'audio_device'), 1)
        now = counts(p)
        seen += [(time.monotonic(), key, now[key] - last[key]) for key in BLAMED_MS
                 if now[key] > last[key]]
        last = now
        if time.monotonic() - told > 60:
            told = time.monotonic()
            progress(f'{now["t"] // 1000} s: {seen}')
    return seen


@runner.test(24 * 3600)
def loaded(t):
    """
    The PBX plays a tone, and so does the speaker, without a hole; the callbacks say so too. What
    happens while the whole machine stands still is not the phone's fault, and is told apart.
    """
    minutes = option('--minutes', 30)
    server, sound = lab.pbx(t), lab.pulse(t)
    keep_time(server.p.pid)
    sound.pactl('load-module', 'module-sine', 'sink=micfeed', 'frequency=400')
    stalls = t.own(Stalls(t.path('stalls.txt')))
    p, work = start(t, server, sound)
    recorder = t.own(Recorder(sound, t.path('speaker.wav')))
    seen = listen(p, minutes)
    recorder.stop()
    work.stop()
    p.do('stats 1')
    stats = p.wait('stats', call=1)
    stood = stalls.seen()

    def blamed(when, least):
        return any(ms >= least and when - 2 < at < when + 1 for at, ms in stood)

    holes = recorder.holes()
    ours = [(round(when - recorder.start, 1), key, n) for when, key, n in seen
            if not blamed(when, BLAMED_MS[key])]
    ours += [(round(when - recorder.start, 1), 'hole', ms) for when, ms in holes
             if not blamed(when, BLAMED_MS['late'])]
    total = {key: sum(n for _, k, n in seen if k == key) for key in BLAMED_MS}
    t.figure(f'{minutes:g} min beside {os.cpu_count()} busy loops and {work.compiled} compilations, '
             f'the machine stood still {len(stood)} times, for {max([ms for _, ms in stood] or [0])} '
             f'ms at most: {total}, {len(holes)} holes of {sum(ms for _, ms in holes)} ms; without '
             f'a stall: {ours}; concealed {stats["concealed_pct"]} %')
    need(not ours, f'the sound was not in time: {t.figures[-1]}')
    p.do('hangup 1')
    p.wait('ended')
    need(p.finish() == 0, f'exit {p.p.returncode}')
