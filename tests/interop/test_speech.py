"""Recorded speech through virtual sound cards, there and back: alike at one delay."""
from lab import pbx, phone, pulse, speech
from phone import PLAIN_SOUND
import wav
from proc import need
from runner import test

ALIKE = 0.9
# A machine that stalls moves the delay, and the phone brings it back within some seconds: judged is
# the best stretch of a call, which is long enough to show a delay that wanders; and there is a
# second call.
SPOKEN = 36     # seconds
STRETCH = 6
CALLS = 2


def one_call(t, codec, n):
    """What was sent and what was heard, sample by sample, and the phone's own figures."""
    server = pbx(t)
    cards = pulse(t)
    path, seconds = speech(t, SPOKEN)
    both = t.path(f'both-{n}.wav')
    p = phone(t, server, '100', ('call', '600', '--for', str(int(seconds) + 2)),
              audio_in='device:mic', audio_out='device:spk', extra=('--codec', codec, *PLAIN_SOUND),
              env=cards.env)
    recording = t.own(cards.record(both))
    player = t.own(cards.play(path))
    p.wait('established')
    p.wait('media')
    player.wait(seconds + 20)
    p.wait('ended', 20)
    recording.stop()
    need(p.exit() == 0, f'exit {p.p.returncode}')
    need(p.stats()['codec'].lower() == codec, f'codec {p.stats()["codec"]}')
    sent, rate = wav.read(both, 0)
    heard, _ = wav.read(both, 1)
    return sent, heard, rate, p.stats()['concealed_pct']


def there_and_back(t, codec):
    for n in range(1, CALLS + 1):
        sent, heard, rate, concealed = one_call(t, codec, n)
        alike, delay, spoken = wav.best_likeness(sent, heard, rate, STRETCH)
        t.figure(f'call {n}: correlation {alike:.3f} at {delay:.0f} ms over {spoken:.1f} s of '
                 f'speech, {wav.level(sent):.1f} dBFS sent, {wav.level(heard):.1f} heard, '
                 f'concealed {concealed} %')
        need(spoken > STRETCH / 2, f'not enough speech: {t.figures[-1]}')
        if alike >= ALIKE:
            return
        t.figure(f'second by second {wav.delays(sent, heard, rate)}')
    need(False, '; '.join(t.figures))


@test(180)
def speech_opus(t):
    there_and_back(t, 'opus')


@test(180)
def speech_g722(t):
    there_and_back(t, 'g722')


@test(180)
def speech_pcmu(t):
    there_and_back(t, 'pcmu')


@test(180)
def speech_pcma(t):
    there_and_back(t, 'pcma')
