"""
Attended transfers without a PBX between: an INVITE with Replaces (RFC 3891) among us and two browsers,
in which SIP.js plays the two other roles. Only Kamailio stands between, and no media go through it.
"""
from browser import Browser
from lab import need_tone, registered
from proc import need
from runner import test
from test_browser import DefaultRoute
from test_edge import edge

OURS, FIRST, SECOND = (320, 1100), (321, 700), (322, 900)     # who, and its tone


class Trio:
    def __init__(self, t):
        server = edge(t)
        t.own(DefaultRoute())
        self.t = t
        self.heard = t.path('heard.wav')
        self.ours = registered(t, server, str(OURS[0]), audio_in=f'tone:{OURS[1]}',
                               audio_out=self.heard, extra=('--refer', 'follow', '--trace'))
        url = f'wss://127.0.0.1:{server.wss}/ws'
        # with a microphone: browsers find each other by addresses, not by names of mDNS
        self.first, self.second = (Browser(t, url, str(user), hz, True)
                                   for user, hz in (FIRST, SECOND))

    def phone_dials(self, browser, user, call):
        self.ours.do(f'dial {user}')
        browser.wait('incoming')
        browser.do('answer')
        self.ours.wait('media', 15, call=call)

    def browser_dials(self, user, call):
        self.first.do(f'dial {user}')
        self.first.wait('dialing', call=call)

    def established(self, browser, call):
        browser.wait('established', call=call)

    def done(self, hz):
        need(self.ours.finish() == 0, f'exit {self.ours.p.returncode}')
        need_tone(self.heard, hz)

    def replaces(self, way):
        """INVITEs with Replaces that the phone has sent or got."""
        return sum('\nReplaces: ' in m.partition('\n\n')[0].replace('\r', '')
                   for m in self.ours.stderr().replace('\r', '').split(way + '\n')[1:]
                   if m.startswith('INVITE '))


@test(90)
def replaces_transferor(t):
    """We talk to both and connect them: one calls the other in our place."""
    trio = Trio(t)
    trio.phone_dials(trio.first, FIRST[0], 1)
    trio.phone_dials(trio.second, SECOND[0], 2)
    trio.ours.do('connect 1 2')
    trio.first.wait('referred', call=1, replaces=True)
    trio.second.wait('incoming', call=2, replaces=1)
    trio.second.do('answer')
    trio.ours.wait('transferred', call=1, pass_over=('ended',))
    trio.first.need_tone(SECOND[1], call=2)
    trio.second.need_tone(FIRST[1], call=2)
    for call in (1, 2):
        found = [e for e in trio.ours.seen('ended') if e['call'] == call] or \
            [trio.ours.wait('ended', call=call, pass_over=('ended',))]
        need(found[0]['code'] == 'transferred', found)
    need(trio.ours.finish() == 0, f'exit {trio.ours.p.returncode}')


@test(90)
def replaces_target(t):
    """The first browser talks to us and to the second, which it sends to us in its own place."""
    trio = Trio(t)
    trio.browser_dials(SECOND[0], 1)
    trio.second.wait('incoming')
    trio.second.do('answer')
    trio.first.wait('established', call=1)
    trio.browser_dials(OURS[0], 2)
    trio.ours.wait('incoming', number=str(FIRST[0]))
    trio.ours.do('answer 1')
    trio.first.wait('established', call=2)
    trio.first.do('refer 1 2')
    trio.second.wait('referred', call=1, replaces=True)
    found = trio.ours.wait('replaced')
    need(found['replaces'] == 1 and found['number'] == str(SECOND[0]), found)
    trio.ours.wait('media', call=2, pass_over=('ended',))
    trio.first.wait('notified', call=1, status=200)
    trio.first.do('hangup 1')
    trio.second.need_tone(OURS[1], call=2)
    need(len(trio.ours.seen('incoming')) == 1, 'it rang for what was answered already')
    need([e['call'] for e in trio.ours.seen('ended')] == [1], trio.ours.seen('ended'))
    trio.ours.do('sleep 1')
    trio.ours.do('hangup 2')
    trio.ours.wait('ended', call=2)
    need(trio.replaces('receives') == 1, 'no INVITE with Replaces came')
    trio.done(SECOND[1])


@test(90)
def replaces_transferee(t):
    """The first browser talks to us and to the second, and sends us there in its place."""
    trio = Trio(t)
    trio.browser_dials(OURS[0], 1)
    trio.ours.wait('incoming')
    trio.ours.do('answer 1')
    trio.first.wait('established', call=1)
    trio.browser_dials(SECOND[0], 2)
    trio.second.wait('incoming')
    trio.second.do('answer')
    trio.first.wait('established', call=2)
    trio.first.do('refer 1 2')
    trio.ours.wait('referred', call=1)
    trio.second.wait('incoming', call=2, replaces=1)
    trio.second.do('answer')
    trio.ours.wait('media', 15, call=2, pass_over=('ended',))
    trio.first.wait('notified', call=1, status=200)
    trio.first.do('hangup 1')
    trio.second.need_tone(OURS[1], call=2)
    trio.ours.do('sleep 1')
    trio.ours.do('hangup 2')
    trio.ours.wait('ended', call=2, pass_over=('ended',))
    need(trio.replaces('sends') == 1, 'no INVITE with Replaces went out')
    trio.done(SECOND[1])
