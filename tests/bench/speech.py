"""Recorded speech, in the form that each group wants."""
import os
import subprocess

import numpy as np

import wav
from figures import RELEASE, TOOLS
from proc import CACHE, run

SPEECH = os.path.join(CACHE, 'speech')
RECORDINGS = ('demo-congrats', 'demo-echotest')
LEVEL = 0.5                     # peak
RATE = 16000


def recorded(bench, names=RECORDINGS):
    """One after another, at 16 kHz."""
    run([os.path.join(TOOLS, 'get-speech.sh'), SPEECH], timeout=200)
    parts = []
    for name in names:
        raw = bench.path(f'{name}.raw')
        subprocess.run([os.path.join(RELEASE, 'bench_voice'), 'decode',
                        os.path.join(SPEECH, f'{name}.g722'), raw], check=True, timeout=60)
        parts.append(np.fromfile(raw, '<i2') / 32768)
    x = np.concatenate(parts)
    return x[:len(x) // 320 * 320] * (LEVEL / np.max(np.abs(x)))


def at_rate(x, rate):
    return wav.resample(x, RATE, rate)
