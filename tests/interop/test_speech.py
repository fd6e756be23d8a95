"""Recorded speech through virtual sound cards, there and back: alike at one delay."""
from lab import pbx, phone, pulse, speech
import wav
from proc import need
from runner import test

ALIKE = 0.9
SETTLE = 6      # seconds from the start: buffers and cards find their depth


def there_and_back(t, codec):
    server = pbx(t)
    cards = pulse(t)
    path, seconds = speech(t)
    p = phone(t, server, '100', ('call', '600', '--for', str(int(seconds) + 3)),
              audio_in='device:mic', audio_out='device:spk', extra=('--codec', codec),
              env=cards.env)
    p.wait('established')
    p.wait('media')
    recording = t.own(cards.record(t.path('both.wav')))
    cards.play(path, timeout=seconds + 20)
    p.wait('ended', 20)
    recording.stop()
    need(p.exit() == 0, f'exit {p.p.returncode}')
    sent, rate = wav.read(t.path('both.wav'), 0)
    heard, _ = wav.read(t.path('both.wav'), 1)
    sent, heard = sent[SETTLE * rate:], heard[SETTLE * rate:]
    alike, delay, spoken = wav.likeness(sent, heard, rate)
    stats = p.stats()
    need(stats['codec'].lower() == codec, f'codec {stats["codec"]}')
    figures = (f'correlation {alike:.3f} at {delay:.0f} ms over {spoken:.1f} s of speech, '
               f'{wav.level(sent):.1f} dBFS sent, {wav.level(heard):.1f} heard, concealed '
               f'{stats["concealed_pct"]} %')
    need(spoken > 15, f'only {spoken:.1f} s of speech were played: {figures}')
    need(alike >= ALIKE, figures)
    t.figure(figures)


@test(120)
def speech_opus(t):
    there_and_back(t, 'opus')


@test(120)
def speech_pcmu(t):
    there_and_back(t, 'pcmu')


@test(120)
def speech_pcma(t):
    there_and_back(t, 'pcma')
