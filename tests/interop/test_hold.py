"""Hold from either side: silence while it lasts, the tone again after."""
from lab import pbx, phone, registered
import wav
from proc import need
from runner import test

HELD = 2.0      # seconds


def silence(path, hz, t, who):
    """The recording: the tone, a hole about as long as the hold, the tone again."""
    x, rate = wav.read(path)
    spans = wav.tone_spans(x, rate, hz)
    need(len(spans) == 2, f'{who}: tone at {spans}, two spans with the hold between wanted')
    (_, a), (b, end) = spans
    hole = b - a
    need(HELD - 0.5 <= hole <= HELD + 1.0, f'{who}: {hole:.2f} s of silence')
    need(end - b >= 1.0, f'{who}: tone for only {end - b:.2f} s after the resume')
    level = wav.level(x[int((a + 0.15) * rate):int((b - 0.05) * rate)])
    need(level < -60, f'{who}: {level:.1f} dBFS while held')
    t.figure(f'{who}: {hole:.2f} s at {level:.0f} dBFS')


@test(60)
def hold_from_both_sides(t):
    """
    102 calls 104; Asterisk passes a hold of either on as a re-INVITE (moh_passthrough). First the
    caller holds, then the callee; each hears nothing of the other until it is resumed.
    """
    server = pbx(t)
    for holder in ('102', '104'):
        a = registered(t, server, '102', audio_in='tone:500', audio_out=t.path(f'{holder}-a.wav'))
        b = registered(t, server, '104', audio_in='tone:900', audio_out=t.path(f'{holder}-b.wav'))
        a.do('dial 104')
        b.wait('incoming')
        b.do('answer 1')
        a.wait('media')
        b.wait('media')
        holds, held = (a, b) if holder == '102' else (b, a)
        for line in ('sleep 1.5', 'hold 1', f'sleep {HELD}', 'resume 1', 'sleep 2', 'hangup 1'):
            holds.do(line)
        holds.wait('held')
        held.wait('remote_held')
        holds.wait('resumed')
        held.wait('remote_resumed')
        holds.wait('ended')
        held.wait('ended')
        need(a.finish() == 0 and b.finish() == 0, f'exit {a.p.returncode} {b.p.returncode}')
        silence(t.path(f'{holder}-a.wav'), 900, t, f'{holder} holds, 102 hears')
        silence(t.path(f'{holder}-b.wav'), 500, t, f'{holder} holds, 104 hears')
        server.wait_idle()


@test(40)
def hold_of_an_echo(t):
    """The options of the call command: our own tone is gone while we hold."""
    server = pbx(t)
    path = t.path('heard.wav')
    p = phone(t, server, '100', ('call', '600', '--for', '7', '--hold-at', '2', '--resume-at', '4'),
              audio_in='tone:800', audio_out=path)
    p.wait('held')
    p.wait('resumed')
    p.wait('ended')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    silence(path, 800, t, '100 holds and hears')


@test(40)
def hold_with_music(t):
    """100 is not told of the hold: Asterisk plays it music instead."""
    server = pbx(t)
    a = registered(t, server, '100', audio_out=t.path('a.wav'))
    b = registered(t, server, '104')
    a.do('dial 104')
    b.wait('incoming')
    b.do('answer 1')
    a.wait('media')
    b.wait('media')
    b.do('hold 1')
    b.wait('held')
    b.do(f'sleep {HELD}')
    b.do('resume 1')
    b.wait('resumed')
    b.do('hangup 1')
    a.wait('ended')
    need(a.finish() == 0 and b.finish() == 0, f'exit {a.p.returncode} {b.p.returncode}')
    need(not a.seen('remote_held'), '100 has no moh_passthrough, and was told of the hold')
    x, rate = wav.read(t.path('a.wav'))
    loud = sum(b - a for a, b in wav.spans(wav.frame_levels(x, rate) > -45))
    need(loud >= 1.0, f'music on hold for only {loud:.2f} s')
    t.figure(f'{loud:.2f} s of music')
