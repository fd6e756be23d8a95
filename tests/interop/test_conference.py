"""Conferences, mixed here and by the server: who hears whom."""
import wav
from lab import pbx, registered
from proc import need
from runner import test

TONES = {'100': 500, '101': 700, '102': 900, '104': 1300}
LISTEN = 2.0        # seconds of each scene


def heard(t, user):
    """{tone: [(from, to)] in seconds} of what that user's speaker played."""
    x, rate = wav.read(t.path(f'{user}.wav'))
    return {hz: wav.tone_spans(x, rate, hz) for hz in TONES.values()}


@test(120)
def conference_of_four(t):
    server = pbx(t)
    phones = {user: registered(t, server, user, audio_in=f'tone:{hz}',
                               audio_out=t.path(f'{user}.wav')) for user, hz in TONES.items()}
    host = phones['100']
    for n, user in enumerate(('101', '102', '104'), 1):
        host.do(f'dial {user}')
        phones[user].wait('incoming')
        phones[user].do('answer 1')
        host.wait('first_audio', call=n)
        phones[user].wait('first_audio')
    for n in (1, 2):
        host.do(f'merge {n}')
        host.wait('merged', call=n)
        host.wait('resumed', call=n)
    for line in (f'sleep {LISTEN}',     # all hear all
                 'silence 1 on', f'sleep {LISTEN}', 'silence 1 off',    # 101 hears, is not heard
                 'mute 2', f'sleep {LISTEN}', 'unmute 2',       # 102 hears the others, not us
                 'split 3'):
        host.do(line)
    host.wait('held', call=3)
    phones['102'].do(f'sleep {LISTEN}')     # 104 is out, and hears nobody
    phones['102'].do('hangup 1')
    host.wait('ended', call=2)
    host.wait('split', call=1)
    host.do(f'sleep {LISTEN}')              # 101 and we, alone
    host.do('stats 1')
    host.wait('stats', call=1)
    for p in phones.values():
        need(p.finish() == 0, f'exit {p.p.returncode}')
    scenes = [('101', (500, 900, 1300), 2 * LISTEN), ('102', (500, 700, 1300), 1),
              ('104', (500, 700, 900), 1), ('100', (700, 900, 1300), 1),
              ('102', (500, 1300), 1), ('104', (500, 900), 1), ('100', (900, 1300), 1),
              ('102', (700, 1300), 1), ('101', (500, 900), 1), ('102', (500, 700), 1),
              ('101', (500,), 1), ('100', (700,), 1)]
    said = []
    for user, tones, least in scenes:
        spans = heard(t, user)
        seconds = wav.together(spans, tones)
        said.append(f'{user} {"+".join(map(str, tones))} {seconds:.1f} s')
        need(seconds >= least, f'{user} hears {tones} for {seconds:.2f} s, {least} wanted: {spans}')
    t.figure(', '.join(said))


@test(60)
def conference_of_the_pbx(t):
    """Dialled like any number; one of them is handed on into it."""
    server = pbx(t)
    phones = {user: registered(t, server, user, audio_in=f'tone:{hz}',
                               audio_out=t.path(f'{user}.wav'))
              for user, hz in list(TONES.items())[:3]}
    for user in ('100', '101'):
        phones[user].do('dial 700')
        phones[user].wait('first_audio')
    phones['102'].do('dial 100')
    n = phones['100'].wait('incoming')['call']
    phones['100'].do(f'answer {n}')
    phones['100'].wait('media', call=n)
    phones['100'].do(f'transfer {n} 700')
    phones['100'].wait('ended', call=n)
    phones['100'].do('resume 1')
    phones['100'].wait('resumed', call=1)
    phones['100'].do(f'sleep {LISTEN}')
    phones['100'].do('stats 1')
    phones['100'].wait('stats', call=1)
    for p in phones.values():
        need(p.finish() == 0, f'exit {p.p.returncode}')
    for user, tones in (('100', (700, 900)), ('101', (500, 900)), ('102', (500, 700))):
        seconds = wav.together(heard(t, user), tones)
        t.figure(f'{user} {"+".join(map(str, tones))} {seconds:.1f} s')
        need(seconds >= 1, f'{user} hears {tones} for {seconds:.2f} s: {heard(t, user)}')
