"""
Speech over bad networks in simulated time: our encoder, the networks of `voice`, our receive path;
no sound cards. Beside it what Chromium's NetEQ showed over a real network of the same kind
(mouth to ear less 20 ms of packet and 60 ms of its sound cards; concealed share).
"""
import json
import os
import statistics
import subprocess

import numpy as np

import nsim
import wav
from figures import RELEASE
from impair import Schedule
from speech import at_rate, recorded

RATES = {'opus': 48000, 'g722': 16000, 'pcmu': 8000}
JUDGED = {'opus': 16000, 'g722': 16000, 'pcmu': 8000}
CHROMIUM_OWN_MS = 80
# (delay ms, concealed %) of NetEQ: Opus, PCMU
CELLS = {
    'clean': ({}, (138, 0), (138, 0)),
    'loss_1': ({'loss': 1}, (140, .44), (140, .76)),
    'loss_5': ({'loss': 5}, (129, 1.12), (106, 4.73)),
    'loss_10': ({'loss': 10}, (134, 2.65), (115, 9.23)),
    'loss_20': ({'loss': 20}, (135, 6.42), (110, 18.5)),
    'bursts_5': ({'burst': (2, 30)}, (130, 3.80), (111, 5.13)),
    'jitter_20': ({'jitter': 20}, (169, 0), (178, 0)),
    'jitter_50': ({'jitter': 50}, (222, 0), (215, .01)),
    'jitter_100': ({'jitter': 100}, (319, 0), (337, 0)),
    'jitter_50_loss_5': ({'jitter': 50, 'loss': 5}, (225, 1.30), (205, 4.89)),
    'drift_100ppm': ({'ppm': 100}, None, None),
}
# NetEQ's share is of what was meant to be lost; random losses differ from seed to seed
MEANT_PCT = {'loss_1': 1, 'loss_5': 5, 'loss_10': 10, 'loss_20': 20, 'bursts_5': 5,
             'jitter_50_loss_5': 5}
SLACK_PCT = .1
SLACK_SHARE = 1.1
SEEDS = 3


def speech(bench):
    """The recordings at each codec's rate: (raw file, samples as judged)."""
    x = recorded(bench)
    given = {}
    for codec, rate in RATES.items():
        path = bench.path(f'{codec}.raw')
        (np.clip(at_rate(x, rate), -1, 1) * 32767).astype('<i2').tofile(path)
        given[codec] = path, at_rate(x, JUDGED[codec])
    return given


def one(bench, codec, given, does, seed):
    """Figures of one run, with the NSIM of what was heard."""
    path, reference = given
    heard, fates = bench.path(f'{codec}.heard.raw'), bench.path('fates')
    network = {k: v for k, v in does.items() if k != 'ppm'}
    Schedule(seed, **network).write(fates, len(reference) * 50 // JUDGED[codec])
    p = subprocess.run([os.path.join(RELEASE, 'bench_voice'), codec, path, heard, fates,
                        str(does.get('ppm', 0))],
                       capture_output=True, text=True, check=True, timeout=60)
    figures = json.loads(p.stdout)
    y = np.fromfile(heard, '<i2') / 32768
    figures['nsim'] = nsim.score(reference, wav.resample(y, RATES[codec], JUDGED[codec]),
                                 JUDGED[codec])
    return figures


def cell(bench, codec, given, name, does, peer):
    runs = [one(bench, codec, given, does, seed)
            for seed in range(1, 1 + min(bench.runs, SEEDS))]
    values = {key: [r[key] for r in runs] for key in runs[0]}
    goal_delay = goal_concealed = None
    if peer:
        goal_delay = peer[0] - CHROMIUM_OWN_MS
        lost = statistics.median(values['lost_pct']) / MEANT_PCT.get(name, 1) or 1
        goal_concealed = peer[1] * lost * SLACK_SHARE + SLACK_PCT
    name = f'{codec}.{name}'
    bench.figure(f'{name}.nsim', values['nsim'], '')
    bench.figure(f'{name}.delay', values['delay_ms'], 'ms', goal_delay)
    bench.figure(f'{name}.concealed', values['concealed_pct'], '%', goal_concealed)
    bench.figure(f'{name}.stretched', values['stretched_pct'], '%')
    return values


def measure(bench):
    given = speech(bench)
    for codec in RATES:
        cpu = []
        for name, (does, opus, pcmu) in CELLS.items():
            values = cell(bench, codec, given[codec], name, does,
                          opus if codec == 'opus' else pcmu)
            cpu += [e + d for e, d in zip(values['encode_cpu'], values['decode_cpu'])]
        bench.figure(f'{codec}.cpu', cpu, 's/min')
