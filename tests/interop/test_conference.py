"""Conferences, mixed here and by the server: who hears whom."""
import wav
from lab import pbx, registered
from proc import need
from runner import test

# no sum or difference of some of them is near another
TONES = {'100': 400, '101': 600, '102': 1100, '104': 1700, '106': 2000}
LISTEN = 2.0        # seconds of each scene


def heard(t, user):
    """{tone: [(from, to)] in seconds} of what that user's speaker played."""
    x, rate = wav.read(t.path(f'{user}.wav'))
    return {hz: wav.tone_spans(x, rate, hz) for hz in TONES.values()}


def everybody_but(*users):
    """The tones of who talk, but these."""
    return tuple(hz for user, hz in TONES.items() if user not in users)


@test(120)
def conference_of_five(t):
    """Four far ends and we: each is heard by all others, silenced, left out by mute, taken out, gone."""
    server = pbx(t)
    phones = {user: registered(t, server, user, audio_in=f'tone:{hz}',
                               audio_out=t.path(f'{user}.wav')) for user, hz in TONES.items()}
    host, *guests = phones
    for n, user in enumerate(guests, 1):
        phones[host].do(f'dial {user}')
        phones[user].wait('incoming')
        phones[user].do('answer 1')
        phones[host].wait('first_audio', call=n)
        phones[user].wait('first_audio')
    for n in range(1, len(guests)):
        phones[host].do(f'merge {n}')
        phones[host].wait('merged', call=n)
        phones[host].wait('resumed', call=n)
    for line in (f'sleep {LISTEN}',     # all hear all
                 'silence 1 on', f'sleep {LISTEN}', 'silence 1 off',    # 101 hears, is not heard
                 'mute 2', f'sleep {LISTEN}', 'unmute 2',       # 102 hears the others, not us
                 'split 3'):
        phones[host].do(line)
    phones[host].wait('held', call=3)
    phones['102'].do(f'sleep {LISTEN}')     # 104 is out, and hears nobody
    phones['102'].do('hangup 1')
    phones[host].wait('ended', call=2)
    phones[host].do(f'sleep {LISTEN}')      # 101, 106 and we
    phones[host].do('hangup 4')
    phones[host].wait('ended', call=4)
    phones[host].wait('split', call=1)
    phones[host].do(f'sleep {LISTEN}')      # 101 and we, alone
    phones[host].do('stats 1')
    phones[host].wait('stats', call=1)
    for user, p in phones.items():
        need(p.finish() == 0, f'{user}: exit {p.p.returncode}')
    scenes = [(user, everybody_but(user), 1) for user in TONES] + \
        [(user, everybody_but(user, '101'), 1) for user in TONES if user != '101'] + [
            ('102', everybody_but('102', host), 1), (host, everybody_but(host, '104'), 1),
            ('102', everybody_but('102', '104'), 1), ('101', everybody_but('101', '104', '102'), 1),
            ('106', everybody_but('106', '104', '102'), 1), ('101', (TONES[host],), 1),
            (host, (TONES['101'],), 1)]
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
    phones['100'].wait('first_audio', call=n)   # Asterisk has bridged them, else it answers 400
    phones['100'].do(f'transfer {n} 700')
    phones['100'].wait('ended', call=n)
    phones['100'].do('resume 1')
    phones['100'].wait('resumed', call=1)
    phones['100'].do(f'sleep {LISTEN}')
    phones['100'].do('stats 1')
    phones['100'].wait('stats', call=1)
    for p in phones.values():
        need(p.finish() == 0, f'exit {p.p.returncode}')
    for user, tones in (('100', (600, 1100)), ('101', (400, 1100)), ('102', (400, 600))):
        seconds = wav.together(heard(t, user), tones)
        t.figure(f'{user} {"+".join(map(str, tones))} {seconds:.1f} s')
        need(seconds >= 1, f'{user} hears {tones} for {seconds:.2f} s: {heard(t, user)}')
