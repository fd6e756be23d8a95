"""Recording a call: both sides, each in its channel, read by opusdec and by our WAV reader."""
import os
import subprocess

import wav
from lab import pbx, phone
from proc import need
from runner import test


def judge(t, path, channel, hz, dbfs):
    """That tone alone, at its level, in the middle of the recording."""
    x, rate = wav.read(path, channel)
    x = x[len(x) // 2 - rate // 2:len(x) // 2 + rate // 2]
    f, level = wav.frequency(x, rate), wav.level(x)
    need(abs(f - hz) < 2, f'channel {channel}: {f:.1f} Hz instead of {hz}')
    need(abs(level - dbfs) < 1.5, f'channel {channel}: {level:.1f} dBFS instead of {dbfs:.1f}')
    return f'{f:.0f} Hz at {level:.1f} dBFS'


def talking(t, number, **kw):
    p = phone(t, pbx(t), '100', **kw)
    p.wait('registered')
    p.do(f'dial {number}')
    p.wait('established')
    p.wait('first_audio')
    return p


@test(40)
def record_opus(t):
    """Ours is a tone of 440 Hz at -15 dBFS, Asterisk's one of 1004 Hz, as loud as it is heard."""
    p = talking(t, '610', audio_in='tone:440')
    path = t.path('call.opus')
    p.do(f'record 1 {path}')
    need(p.wait('recording', 5)['on'], 'not on')
    p.do('sleep 3')
    p.do('stats 1')
    heard = p.wait('stats', 10)['level_out_dbfs']
    p.do('record 1 off')
    need(not p.wait('recording', 5)['on'], 'still on')
    p.do('hangup 1')
    p.wait('ended', 10)
    p.do('quit')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    decoded = t.path('decoded.wav')
    subprocess.run(['opusdec', '--quiet', path, decoded], check=True, timeout=20)
    t.figure(f'left {judge(t, decoded, 0, 440, -15.05)}, right {judge(t, decoded, 1, 1004, heard)}, '
             f'{os.path.getsize(path) / 3000:.1f} kB/s')


@test(40)
def record_disk_full(t):
    """A disk of 256 kB: told, what fits stays, and the call goes on."""
    disk = t.path('disk')
    os.mkdir(disk)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', disk], check=True)
    try:
        p = talking(t, '610', audio_in='tone:440')
        path = os.path.join(disk, 'call.wav')
        p.do(f'record 1 {path}')
        need(p.wait('recording', 5)['on'], 'not on')
        over = p.wait('recording', 10)
        need(not over['on'] and over['text'] == 'No space left on device', f'{over}')
        need(200_000 < os.path.getsize(path) <= 262_144, f'{os.path.getsize(path)} bytes')
        p.do('stats 1')
        before = p.wait('stats', 5)['received']
        p.do('sleep 1')
        p.do('stats 1')
        need(p.wait('stats', 5)['received'] >= before + 40, 'the call does not go on')
        p.do('hangup 1')
        p.wait('ended', 10)
        judge(t, path, 0, 440, -15.05)
    finally:
        subprocess.run(['umount', '-l', disk], check=False)
