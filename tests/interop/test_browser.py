"""SIP.js in Chromium as the far end: through Asterisk, and through Kamailio with media between the two."""
import re

from browser import Browser
from lab import need_tone, pbx, registered
from proc import need, run
from runner import test
from test_edge import edge


class DefaultRoute:
    """Without one a browser that may not list the interfaces finds no address of its own."""

    def __init__(self):
        run(['ip', 'route', 'add', 'default', 'dev', 'lab0'])

    def stop(self):
        run(['ip', 'route', 'del', 'default', 'dev', 'lab0'])


def need_media(t, browser, hz, direct):
    """What each hears, and how: the browser's own account of it."""
    heard = browser.need_tone(hz)
    browser.do('stats')
    found = browser.wait('stats', 5)
    need(found['codec'] == 'audio/opus' and found['received'] > 20 and found['dtls'] == 'connected',
         found)
    names = ['.local ' in c for c in found['candidates']]
    need(names and all(n == direct for n in names), f'candidates: {found["candidates"]}')
    need(found['bundle'] or not direct, 'no BUNDLE on both sides')
    t.figure(f'{heard["hz"]:.0f} Hz at {heard["db"]:.0f} dB, {found["codec"]} {found["srtp"]}, '
             f'{found["received"]} packets, {found["lost"]} lost')


def ufrags(p):
    return re.findall(r'a=ice-ufrag:(\S+)', p.stderr())


def both_ways(t, server, url, ours, theirs, direct):
    """A call in each direction, tones heard by both; we hold, they hang up, we hang up."""
    t.own(DefaultRoute())
    p = registered(t, server, ours, audio_in='tone:1100', audio_out=t.path('heard.wav'),
                   extra=('--trace',))
    b = Browser(t, url, theirs, 700, not direct)
    p.do(f'dial {theirs}')
    b.wait('incoming')
    b.do('answer')
    p.wait('media', 15)
    b.wait('established')
    need_media(t, b, 1100, direct)
    if direct:
        p.do('hold 1')
        p.wait('held')
        p.do('resume 1')
        p.wait('resumed')
        b.need_tone(1100)
        for what, event in (('hold', 'remote_held'), ('resume', 'remote_resumed')):
            b.do(f'reinvite {what}')
            p.wait(event)
            b.wait(what)
        before = ufrags(p)
        b.do('reinvite restart')
        b.wait('restart')
        need(ufrags(p)[-1] not in before, f'no ICE restart: {ufrags(p)}')
        p.quiet('ended', 1.5)
        b.need_tone(1100)
    b.do('hangup')
    need(p.wait('ended')['by'] == 'remote', 'ended by whom?')
    b.wait('terminated')
    b.do(f'dial {ours}')
    p.wait('incoming', number=theirs)
    p.do('answer 2')
    p.wait('media', 15, call=2)
    b.wait('established')
    need_media(t, b, 1100, direct)
    p.do('hangup 2')
    p.wait('ended')
    b.wait('terminated')
    need(p.finish() == 0, f'exit {p.p.returncode}')
    need_tone(t.path('heard.wav'), 700, at_least=1.0)
    for call in (1, 2):
        stats = p.stats(call)
        need(stats['received'] > 20 and stats['level_out_dbfs'] > -25, f'call {call}: {stats}')
    t.figure(f'path {p.stats(1)["path"]} and {p.stats(2)["path"]}')


@test(90)
def browser_through_asterisk(t):
    """Asterisk stands between the two with its own media."""
    server = pbx(t)
    both_ways(t, server, f'wss://127.0.0.1:{server.wss}/ws', '102', '101', False)
    server.wait_idle()


@test(90)
def browser_through_kamailio(t):
    """
    Only Kamailio between the two: media goes straight. The browser names its addresses by mDNS,
    which nobody here resolves; its checks make them known.
    """
    server = edge(t)
    both_ways(t, server, f'wss://127.0.0.1:{server.wss}/ws', '310', '311', True)
