"""Calls that the user makes, judged by what comes out of the speaker."""
import re

from lab import pbx, pulse, speech
import wav
from proc import need
from runner import test
from stage import CONNECT, TONE_DBFS, Ear, caller, dial, journal, say_tone, signed_in, speaker

ALIKE = 0.9     # correlation at one delay
# A stall of the machine moves the delay: the best stretch counts, and there are further calls.
SPOKEN = 24     # seconds
STRETCH = 8
CALLS = 3
HALF_DB = -6.02     # the volume is linear: 20 log10(50 / 100)


def one_call(t, w, path, seconds):
    """Typed and Enter, on the keyboard alone; what was said and what was heard."""
    w.keys('600')
    w.shot('number')
    w.key('Return')
    w.wait_text('600')
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    ear = speaker(t)
    t.own(pulse(t).play(path)).wait(seconds + 20)
    w.wait_text(re.compile(r'^00:\d\d$'))
    w.wait_text(re.compile('^Encrypted · Opus · '))
    w.shot('talking')
    w.key('ctrl+d')
    w.gone('Hang up')
    pbx(t).wait_idle()
    sent, rate = wav.read(ear.path, 0)
    heard, _ = wav.read(ear.path, 1)
    return sent, heard, rate


@test(240)
def speech_there_and_back(t):
    w = signed_in(t)
    path, seconds = speech(t, SPOKEN)
    for n in range(1, CALLS + 1):
        sent, heard, rate = one_call(t, w, path, seconds)
        alike, delay, spoken = wav.best_likeness(sent, heard, rate, STRETCH)
        t.figure(f'call {n}: correlation {alike:.3f} at {delay:.0f} ms over {spoken:.1f} s of '
                 'speech')
        if alike >= ALIKE and spoken > STRETCH / 2:
            return
        t.figure(f'second by second {wav.delays(sent, heard, rate)}')
    need(False, '; '.join(t.figures))


@test(120)
def hold_mute_volume(t):
    w = signed_in(t)
    say_tone(t)
    for key in '600':
        w.press(key)
    w.press('Call')
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    ear = speaker(t)
    full = ear.wait_tone()
    w.shot('talking')

    w.click('Hold')
    w.wait_text('On hold')
    w.find('Resume')
    held = ear.wait_silence()
    w.shot('on-hold')
    w.click('Resume')
    w.find('Hold')
    w.wait_text(re.compile(r'^00:\d\d$'))
    ear.wait_tone()

    w.click('Mute')
    w.wait_pressed('Mute')
    muted = ear.wait_silence()
    w.shot('muted')
    w.click('Mute')
    w.wait_pressed('Mute', False)
    again = ear.wait_tone()

    w.set_value('Volume', 50)
    half = ear.wait_tone(dbfs=TONE_DBFS + HALF_DB)
    w.shot('half-volume')
    t.figure(f'tone back at {full:.1f} dBFS, held {held:.0f}, muted {muted:.0f}, '
             f'at half volume {half - again:+.1f} dB')
    w.click('Hang up')
    w.gone('Hang up')
    pbx(t).wait_idle()


@test(90)
def digits(t):
    """From the keypad of the call and from the keyboard; Asterisk reads them, and hangs up."""
    w = signed_in(t)
    server = pbx(t)
    mark = server.mark()
    dial(w, '612')
    w.click('Keypad')
    w.wait_still('5')
    for key in '19':
        w.press(key)
    w.keys('*4')
    w.wait_text('19*4')
    w.shot('digits')
    got = server.wait_log(r'DTMF-READ 100 \[(.*)\]', mark, 20).group(1)
    need(got == '19*4', f'Asterisk read "{got}"')
    w.wait_text('The other side hung up', 20)
    w.shot('hung-up-by-them')
    journal(w, '612', re.compile(r'^Outgoing · 00:\d\d$'))
    t.figure(f'Asterisk read {got}')
    server.wait_idle()


@test(90)
def far_end(t):
    """Another phone hears us, and nothing once we are mute; and the call is called again."""
    w = signed_in(t)
    other = caller(t)
    say_tone(t)
    ear = speaker(t)
    w.type('Number', '101')
    w.click('Call')
    other.wait('incoming', 20)
    w.wait_text('Ringing…')
    w.shot('ringing')
    other.do('answer 1')
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    w.wait_text('Bob Hundredone')   # as the PBX asserts it
    ear.wait_tone(600)
    heard = Ear(t.path('101-heard.wav'))
    before = heard.wait_tone()
    w.key('ctrl+m')
    w.wait_pressed('Mute')
    muted = heard.wait_silence()
    w.shot('muted')
    w.key('ctrl+d')
    other.wait('ended')
    journal(w, 'Bob Hundredone', re.compile(r'^Outgoing · 00:\d\d · 101$'))
    w.shot('journal')
    w.click('Call back Bob Hundredone')
    other.wait('incoming', 20, call=2, pass_over=('ended',))
    w.shot('called-back')
    other.do('reject 2 486')
    w.wait_text('Busy')
    w.shot('busy')
    w.key('Escape')
    w.gone('Call again')
    journal(w, re.compile('^Busy'), re.compile(r'^Outgoing · 00:\d\d · 101$'))
    t.figure(f'101 heard {before:.1f} dBFS, muted {muted:.0f}')
    pbx(t).wait_idle()
