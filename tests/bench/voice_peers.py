"""
What is heard of recorded speech through a bad network by us and by Chromium: one sender of ours
each, the same network packet by packet, at the same time, through virtual sound cards. Only
signalling goes through a Kamailio; the receivers' reports reach the senders, who answer with
in-band FEC.
"""
import fnmatch
import json
import os
import statistics
import subprocess
import threading
import time

import numpy as np

import nsim
import wav
from browser import Browser
from figures import CLI
from impair import HERE, Impaired, Schedule
from kamailio import Kamailio
from netns import Netns
from phone import PLAIN_SOUND, Phone
from proc import Failed, end, need, wait_for
from pulse import Pulse

CODECS = {'opus': 16000, 'pcmu': 8000}      # at which they are judged
SDP_NAMES = {'opus': 'opus', 'pcmu': 'PCMU'}
LOSSES = (0, 1, 5, 10, 20)
JITTERS = (0, 20, 50, 100)
BURST_MEAN = 3          # packets
SEEDS = 3
LEAD_S, SPEECH_S = 5, 16
TAIL_S = 1              # for what is still under way
LEAD_IN_S = .2          # of what is judged
SINK_RATE = 48000
TOLERANCE = .01         # by which the NSIM of two equal runs differs
TICK_S = .005
STILL_MS = 40           # a machine that stands still for so long says nothing: once more,
AGAIN = 2               # so many times a call


def loss_cell(percent):
    return {'loss': percent}


def burst_cell(percent):
    """So much lost, in bursts of BURST_MEAN packets."""
    leave = 100 / BURST_MEAN
    return {'burst': (leave * percent / (100 - percent), leave)}


def cells(full):
    """{name: what the network does}"""
    found = {}
    for p in LOSSES:
        found[f'loss_{p}'] = loss_cell(p)
    for p in LOSSES[1:]:
        found[f'burst_{p}'] = burst_cell(p)
    for ms in JITTERS[1:]:
        found[f'jitter_{ms}'] = {'jitter': ms}
    if full:
        for ms in JITTERS[1:]:
            for p in LOSSES[1:]:
                found[f'jitter_{ms}_loss_{p}'] = {'jitter': ms, **loss_cell(p)}
                found[f'jitter_{ms}_burst_{p}'] = {'jitter': ms, **burst_cell(p)}
    else:
        found['jitter_50_loss_5'] = {'jitter': 50, 'loss': 5}
    return found


class Standstill:
    """How long this machine has let a thread wait that wanted to run, ms."""

    def __init__(self):
        self.worst, self.ended = 0, threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while not self.ended.is_set():
            t = time.monotonic()
            time.sleep(TICK_S)
            self.worst = max(self.worst, (time.monotonic() - t - TICK_S) * 1000)

    def stop(self):
        self.ended.set()
        self.thread.join()


class Card:
    """A sink and what is played to it."""

    def __init__(self, cards, name, path):
        self.path = path
        self.p = subprocess.Popen(['parec', '-d', f'{name}.monitor', '--raw', '--format=s16le',
                                   f'--rate={SINK_RATE}', '--channels=1', '--latency-msec=50',
                                   path], env=dict(os.environ, **cards.env))
        wait_for('a recording', lambda: os.path.exists(path) and os.path.getsize(path) > 0, 10)

    def stop(self):
        end(self.p)

    def heard(self):
        self.stop()
        return np.fromfile(self.path, '<i2') / 32768


class Lab:
    """Two senders behind the bad network; our phone and a browser, each with a card of its own."""

    def __init__(self, bench, pbx, codec, sent):
        far = bench.own(Netns('far'))
        self.net = bench.own(Impaired(far))
        server = bench.own(Kamailio(bench.dir, pbx, bind=HERE))
        server.start()
        self.bench, self.codec = bench, codec
        self.cards = bench.own(Pulse(bench.dir))
        for name in ('ours', 'theirs'):
            self.cards.pactl('load-module', 'module-null-sink', 'norewinds=1', f'sink_name={name}',
                             'rate=48000', 'channels=1')
        self.cards.pactl('set-default-sink', 'theirs')
        self.senders = [self._phone(server, user, (sent, 'none'), netns=far)
                        for user in ('301', '302')]
        self.phone = self._phone(server, '311', ('silence', 'device:ours'), env=self.cards.env)
        self.browser = Browser(bench, f'wss://{HERE}:{server.wss}/ws', '312', 700, False,
                               cards=self.cards.env, codec=SDP_NAMES[codec])
        for p in (*self.senders, self.phone):
            p.wait('registered', 10)
        self.calls = 0

    def _phone(self, server, user, sound, **kw):
        options = ['--server', 'pbx.test', '--port', str(server.wss), '--login', user,
                   '--map', f'MAP pbx.test {HERE}', '--ca', server.ca, '--codec', self.codec,
                   '--audio-in', sound[0], '--audio-out', sound[1], *PLAIN_SOUND]
        return self.bench.own(Phone(self.bench.dir, options, password=f'secret{user}', cli=CLI,
                                    **kw))

    def _stats(self):
        self.browser.do('stats')
        return self.browser.wait('stats', 5)

    def _own_stats(self):
        self.phone.do(f'stats {self.calls}')
        return self.phone.wait('stats', 5)

    def call(self, schedule, seconds):
        """What each heard and how: ours, Chromium's."""
        self.calls += 1
        self.net.use(schedule)
        files = [Card(self.cards, name, self.bench.path(f'{name}.raw'))
                 for name in ('ours', 'theirs')]
        for sender, number in zip(self.senders, ('311', '312')):
            sender.do(f'dial {number}')
        self.phone.wait('incoming')
        self.browser.wait('incoming')
        self.phone.do(f'answer {self.calls}')
        self.browser.do('answer')
        self.browser.wait('established')
        for p in (*self.senders, self.phone):
            p.wait('media', 15, call=self.calls)
        self.senders[0].quiet('ended', LEAD_S)
        first, stats = self._stats(), [self._own_stats()]
        for _ in range(seconds - LEAD_S):
            self.senders[0].quiet('ended', 1)
            stats.append(self._own_stats())
        last = self._stats()
        self.senders[0].quiet('ended', TAIL_S)
        for sender in self.senders:
            sender.do(f'hangup {self.calls}')
        for p in (*self.senders, self.phone):
            p.wait('ended', call=self.calls)
        self.browser.wait('terminated')
        need(last['codec'].lower() == f'audio/{self.codec}', f'Chromium has {last["codec"]}')
        sounds = [f.heard() for f in files]
        return (sounds[0], self._ours(stats)), (sounds[1], self._theirs(first, last))

    def _ours(self, stats):
        made_up = (stats[-1]['concealed_pct'] * (LEAD_S + SPEECH_S) -
                   stats[0]['concealed_pct'] * LEAD_S) / SPEECH_S
        return {'delay_ms': statistics.fmean(e['buffer_ms'] for e in stats),
                'concealed_pct': made_up, 'received': stats[-1]['received']}

    def _theirs(self, a, b):
        emitted, samples = b['emitted'] - a['emitted'], b['samples'] - a['samples']
        made_up = b['concealed'] - a['concealed'] - (b['silent'] - a['silent'])
        return {'delay_ms': (b['delay_s'] - a['delay_s']) / emitted * 1000,
                'concealed_pct': 100 * made_up / samples, 'received': b['received']}


def judge(reference, sound, rate):
    """NSIM of what was heard of the reference, wherever it lies in the recording."""
    x = wav.resample(sound[:len(sound) // SINK_RATE * SINK_RATE], SINK_RATE, rate)
    lag = wav.delay(reference, x) - int(LEAD_IN_S * rate)
    return nsim.score(reference, x[max(0, lag):], rate)


def late_ms(schedule, seconds):
    """How long what came was under way, on the average."""
    k = slice(LEAD_S * 50, int(seconds * 50))
    return 1000 * float(np.mean(schedule.late_s[k][~schedule.lost[k]]))


def attempt(lab, speech, does, seed):
    schedule = Schedule(seed, **does)
    seconds = LEAD_S + SPEECH_S
    rate = CODECS[lab.codec]
    reference = speech(rate)
    found = []
    for sound, figures in lab.call(schedule, seconds):
        figures['nsim'] = judge(reference, sound, rate)
        found.append(figures)
    # ours counts from the fastest packet, the browser's from each that came
    found[0]['delay_ms'] -= late_ms(schedule, seconds)
    return found


def one(lab, speech, does, seed):
    """The figures of ours and Chromium's, of the call in which the machine stood still least."""
    best = None
    for _ in range(1 + AGAIN):
        still = Standstill()
        try:
            found = attempt(lab, speech, does, seed)
        finally:
            still.stop()
        if not best or still.worst < best[0]:
            best = still.worst, found
        if still.worst < STILL_MS:
            break
    return best


class Calls:
    """What was found so far, call by call: {'CODEC.NETWORK.SEED': [standstill, [ours, theirs]]}."""

    def __init__(self, bench):
        self.path = f'{bench.dir}-calls.json'
        self.found = {}
        if bench.cells and os.path.exists(self.path):
            with open(self.path, encoding='ascii') as f:
                self.found = json.load(f)

    def put(self, name, call):
        self.found[name] = call
        with open(self.path, 'w', encoding='ascii') as f:
            json.dump(self.found, f, indent=1, sort_keys=True)

    def of(self, cell):
        return [call for name, call in sorted(self.found.items())
                if name.rpartition('.')[0] == cell]


def show(bench, name, calls):
    """Prints a cell; the medians of ours and Chromium's."""
    bench.figure(f'{name}.standstill', [worst for worst, _ in calls], 'ms')
    medians = []
    for who, suffix in ((1, '.chromium'), (0, '')):
        rows = [both[who] for _, both in calls]
        theirs = medians[0] if medians else None
        medians.append({
            'nsim': bench.figure(f'{name}.nsim{suffix}', [r['nsim'] for r in rows], '',
                                 least=theirs and theirs['nsim'] - TOLERANCE),
            'delay': bench.figure(f'{name}.buffer{suffix}', [r['delay_ms'] for r in rows], 'ms',
                                  theirs and theirs['delay'])})
        bench.figure(f'{name}.concealed{suffix}', [r['concealed_pct'] for r in rows], '%')
    return medians[1], medians[0]


def compare(bench, codec, calls):
    """Over all cells: the means, and by how much ours is better in the same call."""
    medians = {}
    for cell in cells(True):
        found = calls.of(f'{codec}.{cell}')
        if found:
            medians[cell] = show(bench, f'{codec}.{cell}', found)
    nsims, delays = ([statistics.fmean(m[who][key] for m in medians.values()) for who in (0, 1)]
                     for key in ('nsim', 'delay'))
    bench.figure(f'{codec}.mean.nsim', nsims[:1], '', least=nsims[1])
    bench.figure(f'{codec}.mean.buffer', delays[:1], 'ms', delays[1])
    ahead = [both[0]['nsim'] - both[1]['nsim'] for name, (_, both) in calls.found.items()
             if name.startswith(f'{codec}.')]
    if len(ahead) > 1:
        half = 1.96 * statistics.stdev(ahead) / len(ahead) ** .5
        bench.note(f'{codec}: nsim ahead by {statistics.fmean(ahead):.4f} +- {half:.4f} (95 %) in '
                   f'{len(ahead)} calls')
    return medians


def wanted(bench, codec):
    """{name: (what the network does, seed)} of the calls to be made."""
    made = {f'{codec}.{cell}.{seed}': (does, seed)
            for cell, does in cells(bench.full or bench.cells).items()
            for seed in range(1, 1 + (SEEDS if bench.full or bench.cells else 1))}
    return {name: call for name, call in made.items() if not bench.cells or
            any(fnmatch.fnmatch(name, f'{part}*') for part in bench.cells)}


def measure(bench, pbx, sent, speech):
    """sent: the file that is said; speech(rate): the part of it that is judged. Returns
    {codec: {cell: (ours, Chromium's)}}."""
    calls = Calls(bench)
    found = {}
    for codec in CODECS:
        todo = wanted(bench, codec)
        with bench.part() as part:
            lab = Lab(part, pbx, codec, sent) if todo else None
            for name, (does, seed) in todo.items():
                calls.put(name, one(lab, speech, does, seed))
        if any(name.startswith(f'{codec}.') for name in calls.found):
            found[codec] = compare(bench, codec, calls)
    return found
