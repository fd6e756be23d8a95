"""Calls that come in: their window, and each way in which they end."""
import re

import lab
from lab import pbx
from proc import need
from runner import test
from stage import (CONNECT, INCOMING, LOGIN, SETTINGS, Ear, Typewriter, caller, dial, journal,
                   leave_settings, open_settings, say_tone, signed_in, speaker)

NAME = 'Bob Hundredone'     # of 101, in Asterisk's pjsip.conf
WINDOW = f'Incoming call: {NAME}'


def rings(w, who, number=LOGIN):
    """101 calls us: the window, once it is there."""
    who.do(f'dial {number}')
    w.wait_frame(WINDOW, 20)
    w.wait_text(NAME, frame=WINDOW)
    w.wait_text('101', frame=WINDOW)
    w.shot('rings')


@test(120)
def incoming_answered(t):
    """It stands above the others, and takes the keyboard from nobody."""
    w = signed_in(t)
    who = caller(t)
    say_tone(t)
    ear = speaker(t)
    typewriter = t.own(Typewriter(t.dir))
    rings(w, who)
    who.wait('ringing')
    window = w.x_window(WINDOW)
    need('_NET_WM_STATE_ABOVE' in w.x_property(window, '_NET_WM_STATE'),
         w.x_property(window, '_NET_WM_STATE'))
    need(w.x_property(window, '_NET_WM_USER_TIME').endswith('= 0'),
         w.x_property(window, '_NET_WM_USER_TIME'))
    typewriter.need_keys()
    ear.wait_loud()
    w.press('Answer', WINDOW)
    w.wait_no_frame(INCOMING)
    who.wait('established')
    w.wait_keyboard()
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    w.wait_text(NAME)
    level = ear.wait_tone(600)
    far = Ear(t.path('101-heard.wav')).wait_tone()
    w.shot('talking')
    who.do('hangup 1')
    w.wait_text('The other side hung up')
    journal(w, NAME, re.compile(r'^Incoming · 00:\d\d · 101$'))
    w.shot('journal')
    t.figure(f'we hear {level:.1f} dBFS, 101 hears {far:.1f}')
    pbx(t).wait_idle()


@test(60)
def incoming_over_a_dialog(t):
    """
    The settings, and a question above them, keep nobody from answering with the mouse: they make
    room for the call, and come back after it.
    """
    w = signed_in(t)
    who = caller(t)
    open_settings(w)
    w.click('Remove this account', SETTINGS)
    w.wait_text('Remove this account?')
    rings(w, who)
    w.press('Answer', WINDOW)
    w.wait_no_frame(INCOMING)
    who.wait('established')
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    w.wait_no_frame(SETTINGS)
    w.shot('answered')
    who.do('hangup 1')
    who.wait('ended')
    leave_settings(w)


@test(60)
def incoming_declined(t):
    w = signed_in(t)
    who = caller(t)
    rings(w, who)
    w.click('Decline', WINDOW)
    ended = who.wait('ended')
    need(ended['code'] == 'declined', f'{ended}')
    w.wait_no_frame(INCOMING)
    journal(w, NAME, 'Declined by you · 101')
    w.shot('journal')


@test(60)
def incoming_timed_out(t):
    w = signed_in(t, ring_seconds=4)
    who = caller(t)
    rings(w, who)
    ended = who.wait('ended')
    need(ended['code'] == 'no_answer', f'{ended}')
    w.wait_no_frame(INCOMING)
    missed(w)
    rang = ended['t'] - who.seen('ringing')[0]['t']
    need(3800 <= rang <= 5500, f'rang {rang} ms instead of 4000')
    t.figure(f'rang {rang} ms')


def missed(w):
    """The badge, until one has looked."""
    w.wait_badge('Journal', 1)
    w.shot('badge')
    journal(w, NAME, 'Missed · 101')
    w.wait_badge('Journal', 0)
    w.shot('journal')


@test(60)
def incoming_cancelled(t):
    w = signed_in(t)
    who = caller(t)
    rings(w, who)
    who.do('hangup 1')
    who.wait('ended')
    w.wait_no_frame(INCOMING)
    missed(w)


@test(60)
def incoming_answered_elsewhere(t):
    """A second phone of the account takes it: not a missed call."""
    w = signed_in(t)
    who = caller(t)
    second = lab.registered(t, pbx(t), LOGIN)
    rings(w, who, '8200')
    second.wait('incoming')
    second.do('answer 1')
    second.wait('established')
    w.wait_no_frame(INCOMING)
    need(w.badge('Journal') == 0, 'it counts as missed')
    journal(w, NAME, 'Answered elsewhere · 101')
    w.shot('journal')
    who.do('hangup 1')
    second.wait('ended')


@test(90)
def second_call(t):
    """One waits while one talks: answered, it holds the first; both are listed, and swapped."""
    w = signed_in(t)
    who = caller(t)
    say_tone(t)
    dial(w, '600')
    ear = speaker(t)
    ear.wait_tone()
    rings(w, who)
    w.click('Answer', WINDOW)
    w.wait_no_frame(INCOMING)
    who.wait('established')
    w.wait_text(NAME)
    w.wait_text('600')
    w.wait_text('On hold')
    second = ear.wait_tone(600)
    need(ear.level(1000) < -40, 'the held call is heard')
    w.shot('second-answered')
    w.click('Swap')
    first = ear.wait_tone()
    w.wait_text('On hold')
    w.shot('swapped')
    w.click('Hang up this call')
    who.wait('ended')
    w.gone(NAME)
    w.shot('one-left')
    ear.wait_tone()
    w.click('Hang up')
    w.gone('Hang up')
    journal(w, re.compile(r'^Incoming · 00:\d\d · 101$'), re.compile(r'^Outgoing · 00:\d\d$'))
    t.figure(f'the second at {second:.1f} dBFS, after the swap the first at {first:.1f}')
    pbx(t).wait_idle()


@test(60)
def incoming_unknown(t):
    """The PBX calls back (8100) without saying who: words instead, and nothing to call back."""
    w = signed_in(t)
    say_tone(t)
    ear = speaker(t)
    w.type('Number', '8100')
    w.click('Call')
    w.wait_frame('Incoming call: Unknown caller', 20)
    w.shot('rings')
    w.click('Answer', INCOMING)
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    ear.wait_tone()
    w.key('ctrl+d')
    w.gone('Hang up')
    journal(w, 'Unknown caller', re.compile(r'^Incoming · 00:\d\d$'))
    w.shot('journal')
    need(not w.is_enabled('Call back Unknown caller'), 'it can be called back')
    pbx(t).wait_idle()
