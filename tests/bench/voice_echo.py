"""
Echo of real speech in two rooms of chance: how much of it is left, and what becomes of who talks at
the same time. Offline; LAB: the response of 200 ms, echo 6 dB below what is played.
"""
import json
import os
import subprocess

import numpy as np

import nsim
import wav
from figures import RELEASE
from speech import at_rate, recorded

RATE = 48000
ROOMS = {'small': (11, .025), 'large': (12, .050)}      # seed, decay to 1/e in s
RESPONSE_S = .2
ECHO_DB = -6
DELAY_S = .040          # of cards and sound server
SECONDS = 40
LEARNT_S = 20           # from when on it is judged
NOISE_DBFS = -72
LEVEL_DBFS = -26        # of speech
CLIP_DBFS = -11         # the speaker gives no more: tanh
MOVED_S = 20            # when the room changes
JUDGED_RATE = 16000
LATER_S = .0125         # process: half a frame, and the resamplers
# goals
ERLE, ERLE_CLIP, ERLE_MOVED, ERLE_DRIFT = 35, 25, 15, 25
LEARN_S = 2
NEAR_LOSS_DB = 1
CPU_S = .5


def loud(x, dbfs):
    return x * 10 ** ((dbfs - wav.level(x)) / 20)


def room(seed, decay):
    rng = np.random.default_rng(seed)
    n = int(RESPONSE_S * RATE)
    r = rng.standard_normal(n) * np.exp(-np.arange(n) / (decay * RATE))
    r[0] += 30
    return r * 10 ** (ECHO_DB / 20) / np.sqrt(np.sum(r * r))


def convolve(x, r):
    n = 1 << (len(x) + len(r)).bit_length()
    y = np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(r, n), n)[:len(x)]
    return np.concatenate([np.zeros(int(DELAY_S * RATE)), y])[:len(x)]


def drifted(x, ppm):
    """As a card hears it whose clock is so much faster: 16 points of a windowed sinc."""
    at = np.arange(len(x)) / (1 + ppm * 1e-6)
    k = at.astype(int)
    x = np.concatenate([x, np.zeros(k[-1] + 9)])
    y = np.zeros(len(at))
    for i in range(-7, 9):
        d = at - (k + i)
        y += x[k + i] * np.sinc(d) * np.cos(np.pi * d / 17) ** 2
    return y


def process(bench, far, mic):
    """What is sent, and the figures of it."""
    paths = [bench.path(f'{name}.raw') for name in ('far', 'mic', 'sent')]
    for x, path in ((far, paths[0]), (mic, paths[1])):
        (np.clip(x, -1, 1) * 32767).astype('<i2').tofile(path)
    r = subprocess.run([os.path.join(RELEASE, 'bench_echo'), *paths], capture_output=True,
                       text=True, check=True, timeout=120)
    return np.fromfile(paths[2], '<i2') / 32768, json.loads(r.stdout)


def erle(mic, sent, start, end):
    part = slice(int(start * RATE), int(end * RATE))
    return wav.level(mic[part]) - wav.level(sent[part])


def learnt_after(mic, sent):
    """Seconds until 15 dB are taken away."""
    for at in np.arange(0, LEARNT_S, .25):
        if erle(mic, sent, at, at + .5) >= 15:
            return at + .5
    return LEARNT_S


def near_loss(alone, both):
    """By how many dB who talks here is quieter while the other does, and how alike it stays."""
    a, b = (wav.resample(x, RATE, JUDGED_RATE) for x in (alone, both))
    part = slice(LEARNT_S * JUDGED_RATE, None)
    gain = np.dot(a[part], b[part]) / np.dot(a[part], a[part])
    return -20 * np.log10(abs(gain)), nsim.score(a[part], b[part], JUDGED_RATE)


def measure(bench):
    x = at_rate(recorded(bench), RATE)
    need = SECONDS * RATE
    far = loud(x[:need], LEVEL_DBFS)
    near = loud(np.roll(x, -len(x) // 2)[:need], LEVEL_DBFS + ECHO_DB)
    clipped = np.tanh(loud(far, LEVEL_DBFS + 8) / 10 ** (CLIP_DBFS / 20)) * 10 ** (CLIP_DBFS / 20)
    noise = np.random.default_rng(5).standard_normal(need) * 10 ** (NOISE_DBFS / 20)
    cpu = []
    for name, (seed, decay) in ROOMS.items():
        here, moved = room(seed, decay), room(seed + 100, decay)
        echo = convolve(far, here)
        mic = echo + noise
        sent, figures = process(bench, far, mic)
        cpu.append(figures['cpu'])
        bench.figure(f'echo.{name}.erle', [erle(mic, sent, LEARNT_S, SECONDS)], 'dB', least=ERLE)
        bench.figure(f'echo.{name}.learnt', [learnt_after(mic, sent)], 's', LEARN_S)
        mic = convolve(clipped, here) + noise
        sent, _ = process(bench, loud(far, LEVEL_DBFS + 8), mic)
        bench.figure(f'echo.{name}.erle_clip', [erle(mic, sent, LEARNT_S, SECONDS)], 'dB',
                     least=ERLE_CLIP)
        mic = np.concatenate([echo[:MOVED_S * RATE],
                              convolve(far, moved)[MOVED_S * RATE:]]) + noise
        sent, _ = process(bench, far, mic)
        bench.figure(f'echo.{name}.erle_moved', [erle(mic, sent, MOVED_S + 3, MOVED_S + 5)], 'dB',
                     least=ERLE_MOVED)
        for ppm in (100, -100):
            mic = drifted(echo, ppm) + noise
            sent, _ = process(bench, far, mic)
            bench.figure(f'echo.{name}.erle_{ppm}ppm', [erle(mic, sent, LEARNT_S, SECONDS)], 'dB',
                         least=ERLE_DRIFT)
        alone, _ = process(bench, 0 * far, near + noise)
        both, _ = process(bench, far, echo + near + noise)
        loss, alike = near_loss(alone, both)
        bench.figure(f'echo.{name}.near_loss', [loss], 'dB', NEAR_LOSS_DB)
        bench.figure(f'echo.{name}.near_nsim', [alike], '')
    bench.figure('echo.cpu', cpu, 's/min', CPU_S)
