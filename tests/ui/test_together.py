"""Calls that have to do with each other: handed on, merged, held over there, sent elsewhere."""
import re

from lab import pbx
from runner import test
from stage import (CONNECT, SETTINGS, TONE, Ear, caller, enter, journal, open_phone, say_tone,
                   signed_in, speaker, trust)

BOB = 'Bob Hundredone'      # of 101, in Asterisk's pjsip.conf
MILLIWATT = -6.15   # dBFS: 0 dBm0 is 3.14 dB below the loudest sine of G.711, that 3.01 below full


def call_phone(w, other, number):
    """Another phone, which answers."""
    w.type('Number', number)
    w.click('Call')
    other.wait('incoming', 20)
    other.do('answer 1')
    other.wait('first_audio', 20)


def heard(t, user):
    return Ear(t.path(f'{user}-heard.wav'))


@test(120)
def transfer_now(t):
    """First to a number that does not exist: both talk on. Then to the tone of 610."""
    w = signed_in(t)
    other = caller(t)
    ear = speaker(t)
    call_phone(w, other, '101')
    ear.wait_tone(600)

    w.click('Transfer')
    w.type('Transfer to', '9999')
    w.click('Transfer now')
    w.wait_text('9999: There is no such number. The call was not transferred, and goes on.', 20)
    w.shot('failed')
    ear.wait_tone(600)

    w.click('Transfer')
    w.type('Transfer to', '610')
    w.shot('transfer')
    w.click('Transfer now')
    w.wait_text('Transferred to 610', 20)
    w.shot('transferred')
    level = heard(t, '101').wait_tone(1004, MILLIWATT)
    journal(w, BOB, re.compile(r'^Outgoing · 00:\d\d · 101$'))
    other.do('hangup 1')
    other.wait('ended')
    t.figure(f'101 hears 610 at {level:.1f} dBFS')
    pbx(t).wait_idle()


@test(120)
def ask_first(t):
    """102 is asked, and then 101 and 102 talk to each other without us."""
    w = signed_in(t)
    first, second = caller(t), caller(t, '102', audio_in='tone:800')
    call_phone(w, first, '101')
    w.click('Transfer')
    w.type('Transfer to', '102')
    w.click('Ask first')
    second.wait('incoming', 20)
    w.wait_text('On hold')
    second.do('answer 1')
    w.find(f'Connect with {BOB}', timeout=CONNECT)
    w.shot('asked')
    w.click(f'Connect with {BOB}')
    w.wait_text(re.compile('^Transferred to '), 20)
    w.gone('Hang up')
    w.shot('connected')
    one, two = heard(t, '101').wait_tone(800, within=3), heard(t, '102').wait_tone(600, within=3)
    second.do('hangup 1')
    first.wait('ended')
    t.figure(f'101 hears 102 at {one:.1f} dBFS, 102 hears 101 at {two:.1f}')
    pbx(t).wait_idle()


@test(150)
def merged(t):
    """The three hear each other; who is silenced is heard by nobody; who is taken out waits."""
    w = signed_in(t)
    first, second = caller(t), caller(t, '102', audio_in='tone:800')
    say_tone(t)
    ear = speaker(t)
    call_phone(w, first, '101')
    w.click('Back')
    call_phone(w, second, '102')
    w.wait_text('On hold')
    w.shot('two-calls')
    w.click('Swap')
    ear.wait_tone(600)
    w.click('Merge')
    w.wait_text('Conference')
    w.wait_text('You and 2 others')
    levels = [ear.wait_tone(600), ear.wait_tone(800),
              heard(t, '101').wait_tone(800, within=3), heard(t, '101').wait_tone(within=3),
              heard(t, '102').wait_tone(600, within=3), heard(t, '102').wait_tone(within=3)]
    w.shot('conference')
    w.click('Silence')
    w.wait_pressed('Silence')
    heard(t, '102').wait_tone(600, dbfs=-90, within=30)
    heard(t, '102').wait_tone(within=3)
    w.shot('silenced')
    w.click('Take out')
    w.gone('Conference')
    w.find('Merge')
    w.shot('taken-out')
    w.click('Hang up')
    second.wait('ended')
    w.click('Hang up')
    first.wait('ended')
    t.figure('dBFS: ' + ' '.join(f'{level:.1f}' for level in levels))
    pbx(t).wait_idle()


@test(90)
def held_by_them(t):
    """As 102, which hears of a hold over there by a re-INVITE."""
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    enter(w, pbx(t), login='102')
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.find('Ready · 102', timeout=CONNECT)
    w.wait_no_frame(SETTINGS)
    other = caller(t, '104')
    call_phone(w, other, '104')
    other.do('hold 1')
    w.wait_text('The other side holds the call')
    w.shot('held')
    other.do('resume 1')
    w.wait_text(re.compile(r'^00:\d\d$'))
    other.do('hangup 1')
    w.wait_text('The other side hung up')


@test(90)
def sent_on(t):
    """702 answers and asks us to call 600: nothing happens before the user has said yes."""
    w = signed_in(t)
    say_tone(t)
    ear = speaker(t)
    server = pbx(t)
    w.type('Number', '702')
    w.click('Call')
    w.wait_text('Call 600?', CONNECT)
    w.shot('asked')
    w.click('Yes, call')
    w.wait_text('600')
    level = ear.wait_tone(TONE)
    w.shot('followed')
    w.key('ctrl+d')
    w.gone('Hang up')
    journal(w, '600', '702')
    t.figure(f'the echo comes back at {level:.1f} dBFS')
    server.wait_idle()
