"""The engine without a face, against Asterisk on loopback; baresip over UDP to the same Asterisk."""
import json
import os
import subprocess
import time

import asterisk
import baresip
from figures import CLI, RELEASE, cpu_per_minute, pss_mib, wakeups
from phone import PLAIN_SOUND, Phone
from proc import Failed, end, run
from pulse import Pulse

REGISTERED_MS = 350     # start of the program to registered
FIRST_SOUND_MS = 80     # dial to the first packet decoded, on loopback
CPU_CALL_S = 0.9        # a minute of call, beside what the sound cards cost by themselves,
CPU_PEER_S = 1.3        # on a machine where baresip with a card takes this: ratios count
CPU_IDLE_S = 0.02
WAKEUPS = 1.0           # a second, idle
PSS_IDLE_MIB = 35
PSS_CALL_MIB = 45
LATE_MS = 5             # p99.9
WINDOW_S = 15           # of a CPU figure
LATE_S = 20
SPEECH_S = 80
VOICE_S = .5            # echo, noise and gain, beside a plain call


def phone(bench, pbx, env=None, sound=('silence', 'none'), voice=PLAIN_SOUND):
    options = ['--server', 'pbx.test', '--port', str(pbx.wss), '--login', '100',
               '--map', 'MAP pbx.test 127.0.0.1', '--ca', pbx.ca,
               '--audio-in', sound[0], '--audio-out', sound[1], *voice]
    return Phone(bench.dir, options, password='secret100', env=env, cli=CLI)


def peer(bench, pbx, number, **kw):
    return baresip.Baresip(bench.path(f'baresip{number}'), pbx.base + 60, 29900 + number,
                           29800 + number, **kw)


def speech(bench):
    """Both are given the same: recorded speech over and over, at 48 kHz."""
    import numpy as np

    import wav
    source = os.path.join(asterisk.DIR, 'speech', 'demo-congrats.wav')
    x, rate = wav.read(source)
    x = wav.resample(x[:20 * rate], rate, 48000)
    x *= 0.5 / np.max(np.abs(x))
    path = bench.path('speech.wav')
    wav.write(path, np.tile(x, SPEECH_S // 20), 48000)
    return path


def started(make):
    """Makes it, lets it register, ends it; the seconds that it took."""
    p = make()
    try:
        if isinstance(p, Phone):
            return p.wait('registered', 10)['_at'] - p.started
        return p.registered_after
    finally:
        p.stop()


def start(bench, pbx, peers):
    bench.figure('start_registered',
                 [started(lambda: phone(bench, pbx)) * 1000 for _ in range(bench.runs)], 'ms',
                 REGISTERED_MS)
    if peers:
        bench.figure('start_registered.baresip',
                     [started(lambda: peer(bench, pbx, 0)) * 1000 for _ in range(bench.runs)],
                     'ms')


def first_sound(bench, pbx, peers, wav_file):
    p = phone(bench, pbx, sound=(wav_file, 'none'))
    try:
        p.wait('registered', 10)
        first, setup = [], []
        for n in range(1, bench.runs + 2):
            p.do('dial 600')
            first.append(p.wait('first_audio', call=n)['ms'])
            setup += [e['setup_ms'] for e in p.seen('established') if e['call'] == n]
            p.do(f'hangup {n}')
            p.wait('ended', call=n)
    finally:
        p.stop()
    bench.figure('dial_first_sound', first[1:], 'ms', FIRST_SOUND_MS)
    bench.figure('dial_first_sound.first_call', first[:1], 'ms')
    bench.figure('dial_established', setup, 'ms')
    if peers:
        b = peer(bench, pbx, 1, source=f'aufile,{wav_file}', player='aubridge,x')
        try:
            seconds = []
            for _ in range(bench.runs):
                seconds.append(b.call('600') * 1000)
                b.hangup()
        finally:
            b.stop()
        bench.figure('dial_first_sound.baresip', seconds, 'ms')


def our_cpu(bench, pbx, env, sound, voice=PLAIN_SOUND):
    """CPU of a minute of call, and memory in it."""
    p = phone(bench, pbx, env, sound, voice)
    try:
        p.wait('registered', 10)
        p.do('dial 600')
        p.wait('first_audio', call=1)
        time.sleep(2)
        if p.stats(1)['codec'].lower() != 'opus':
            raise Failed(f'not Opus: {p.stats(1)}')
        return cpu_per_minute(p.pid, WINDOW_S), pss_mib(p.pid)
    finally:
        p.stop()


def their_cpu(bench, pbx, number, **kw):
    b = peer(bench, pbx, number, **kw)
    try:
        b.call('600')
        time.sleep(2)
        return cpu_per_minute(b.pid, WINDOW_S), pss_mib(b.pid)
    finally:
        b.stop()


def device_floor(env):
    """What the two streams cost without any phone."""
    p = subprocess.Popen([os.path.join(RELEASE, 'bench_device_floor'), 'pulse:DEVICE=mic',
                          'pulse:DEVICE=spk'], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         env=dict(os.environ, **env))
    try:
        if p.stdout.readline() != b'ready\n':
            raise Failed('bench_device_floor: no sound card')
        time.sleep(1)
        return cpu_per_minute(p.pid, WINDOW_S)
    finally:
        p.stdin.close()
        end(p)
        p.stdout.close()


def without_card(bench, pbx, peers, wav_file, goal):
    runs = max(1, bench.runs // 2)
    ours = [our_cpu(bench, pbx, None, (wav_file, 'none'))[0] for _ in range(runs)]
    bench.figure('cpu_call_no_card', ours, 's/min', goal)
    if peers:
        theirs = [their_cpu(bench, pbx, 2, source=f'aufile,{wav_file}', player='aubridge,x')[0]
                  for _ in range(runs)]
        bench.figure('cpu_call_no_card.baresip', theirs, 's/min')


def with_card(bench, pbx, peers, wav_file):
    """Returns what a call may cost beside the cards, on this machine at this hour."""
    runs = max(1, bench.runs // 2)
    cards = bench.own(Pulse(bench.dir))
    talker = subprocess.Popen(['sh', '-c', 'while paplay -d micfeed "$0"; do :; done', wav_file],
                              env=dict(os.environ, **cards.env))
    try:
        floor = [device_floor(cards.env) for _ in range(runs)]
        ours = [our_cpu(bench, pbx, cards.env, ('device:mic', 'device:spk')) for _ in range(runs)]
        voice = [our_cpu(bench, pbx, cards.env, ('device:mic', 'device:spk'), ())
                 for _ in range(runs)]
        theirs = [their_cpu(bench, pbx, 3, source='alsa,pulse', player='alsa,pulse',
                            env=cards.env) for _ in range(runs)] if peers else []
    finally:
        end(talker)
    own = bench.figure('cpu_call_card.floor', floor, 's/min')
    goal = CPU_CALL_S
    if theirs:
        goal *= bench.figure('cpu_call_card.baresip', [cpu for cpu, _ in theirs], 's/min')
        goal /= CPU_PEER_S
    plain = bench.figure('cpu_call_card', [cpu for cpu, _ in ours], 's/min', own + goal)
    bench.figure('cpu_call_card.voice', [cpu for cpu, _ in voice], 's/min', plain + VOICE_S)
    bench.figure('pss_call', [pss for _, pss in ours], 'MiB', PSS_CALL_MIB)
    if theirs:
        bench.figure('pss_call.baresip', [pss for _, pss in theirs], 'MiB')
    return goal


def idle(bench, pbx, peers):
    p = phone(bench, pbx)
    try:
        p.wait('registered', 10)
        time.sleep(1)
        before, t = wakeups(p.pid), time.monotonic()
        cpu = cpu_per_minute(p.pid, WINDOW_S)
        rate = (wakeups(p.pid) - before) / (time.monotonic() - t)
        bench.figure('cpu_idle', [cpu], 's/min', CPU_IDLE_S)
        bench.figure('wakeups_idle', [rate], '1/s', WAKEUPS)
        bench.figure('pss_idle', [pss_mib(p.pid)], 'MiB', PSS_IDLE_MIB)
    finally:
        p.stop()
    if peers:
        b = peer(bench, pbx, 4)
        try:
            time.sleep(1)
            bench.figure('cpu_idle.baresip', [cpu_per_minute(b.pid, WINDOW_S)], 's/min')
            bench.figure('pss_idle.baresip', [pss_mib(b.pid)], 'MiB')
        finally:
            b.stop()


def lateness(bench):
    def late(calls, burst):
        r = run([os.path.join(RELEASE, 'bench_lateness'), str(LATE_S), str(calls), str(burst)],
                timeout=LATE_S + 60)
        return json.loads(r.stdout)

    runs = max(1, bench.runs // 2)
    for name, calls, burst, goal in (('timer_late.empty', 0, 0, None),
                                     ('timer_late.4_calls', 4, 0, None),
                                     ('timer_late', 4, 1, LATE_MS)):
        all_runs = [late(calls, burst) for _ in range(runs)]
        if burst:
            bench.note(f'{sum(r["handshakes"] for r in all_runs)} handshakes with RSA-4096, '
                       f'{sum(r["bursts"] for r in all_runs)} messages of 64 KB; '
                       f'worst {max(r["max"] for r in all_runs)} ms')
        bench.figure(f'{name}_p999', [r['p999'] for r in all_runs], 'ms', goal)
        bench.figure(f'{name}_own_p999', [r['own_p999'] for r in all_runs], 'ms', goal)


def measure(bench):
    """Peer and floor run in turn with ours, on the same machine in the same minutes."""
    peers = baresip.version()
    bench.note(f'peer: baresip {peers}' if peers else 'no baresip here: apt install baresip-core')
    pbx = bench.own(asterisk.Asterisk(bench.path('asterisk'), 23000))
    pbx.start()
    wav_file = speech(bench)
    start(bench, pbx, peers)
    first_sound(bench, pbx, peers, wav_file)
    idle(bench, pbx, peers)
    goal = with_card(bench, pbx, peers, wav_file)
    without_card(bench, pbx, peers, wav_file, goal)
    lateness(bench)
