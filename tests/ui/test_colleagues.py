"""A day at the desk, with the PBX's own services: lines, pick-up, parking, and callers kept away."""
import json
import re

from lab import pbx
from proc import need
from runner import test
from stage import (CONNECT, INCOMING, READY, SETTINGS, Ear, account_home, caller, leave_settings,
                   open_phone, open_settings, say_tone, settings_file)

CAROL = 'Carol Hundredtwo'      # of 102, in Asterisk's pjsip.conf
TALKS = re.compile('^Encrypted')


def at_the_desk(t):
    """It watches a colleague and a place where calls are parked, and knows a number to forward to."""
    home = account_home(t, pickup_code='*8', park_code='740')
    with open(settings_file(home), encoding='utf-8') as f:
        settings = json.load(f)
    settings['lines'] = [{'number': '104', 'name': 'Erin'}, {'number': '741', 'parking': True}]
    settings['forward_always'] = '600'
    with open(settings_file(home), 'w', encoding='utf-8') as f:
        json.dump(settings, f)
    w = open_phone(t, home)
    w.find(READY, timeout=CONNECT)
    w.wait_keyboard()
    return w


def pick_up(w, who, colleague):
    """It rings at 104, and is taken here with one click."""
    w.click('Lines')
    w.wait_text('104 · Free', 10)
    who.do('dial 104')
    colleague.wait('incoming')
    w.wait_text(f'104 · Rings, called by {CAROL}', 10)
    w.click('Pick up: Erin')
    colleague.wait('ended')
    who.wait('first_audio')
    w.wait_text(TALKS, CONNECT)


def park(w, who, heard):
    """The call that talks goes to its place, and is taken back from there: she hears us again."""
    heard.wait_tone()
    w.click('Park')
    w.wait_text('The call is parked', CONNECT)
    w.click('Lines')
    w.wait_text('741 · A parked call waits', 10)
    w.shot('parked')
    w.click('Take back the call: 741')
    w.wait_text(TALKS, CONNECT)
    heard.wait_tone()
    w.click('Hang up')
    who.wait('ended')
    w.click('Lines')
    w.wait_text('741 · No call waits here', 10)


def not_disturbed(w, who, server):
    w.click('Main menu')
    w.click('Do not disturb')
    w.wait_text('Do not disturb: callers hear busy.')
    mark = server.mark()
    who.do('dial 100')
    ended = who.wait('ended')
    need(ended['sip_status'] == 486, f'{ended}')
    server.wait_log(r'Received SIP response.*\nSIP/2.0 486 ', mark, 5)
    w.shot('not-disturbed')
    w.click('Switch off')
    w.gone('Do not disturb: callers hear busy.')


def forwarded(w, who, server, own):
    """She hears herself from the echo, to which a 302 has sent Asterisk."""
    open_settings(w)
    w.click('Calls', SETTINGS)
    w.click('Forward calls', SETTINGS)
    w.wait_checked('Forward calls', True, SETTINGS)
    leave_settings(w)
    w.wait_text('All calls are forwarded to 600.')
    mark = server.mark()
    who.do('dial 100')
    who.wait('established', CONNECT)
    server.wait_log(r'Received SIP response.*\nSIP/2.0 302 ', mark, 5)
    own.wait_tone(600)
    w.shot('forwarded')
    need(not any(INCOMING.match(title) for title in w.frames() or []), 'it rang')
    who.do('hangup')
    who.wait('ended')
    w.click('Switch off')
    w.gone('All calls are forwarded to 600.')


@test(120)
def a_day_at_the_desk(t):
    """All in one session of the window; afterwards callers get through again."""
    server = pbx(t)
    w = at_the_desk(t)
    say_tone(t)
    colleague = caller(t, '104')
    who = caller(t, '102')
    heard = Ear(t.path('102-heard.wav'))
    pick_up(w, who, colleague)
    park(w, who, heard)
    not_disturbed(w, who, server)
    forwarded(w, who, server, heard)
    who.do('dial 100')
    w.wait_frame(f'Incoming call: {CAROL}', 20)
    w.click('Decline', INCOMING)
    who.wait('ended', code='declined')
    need(who.finish() == 0 and colleague.finish() == 0, 'exit')
    need(w.quit() == 0, 'a bad exit')
    server.wait_idle()
