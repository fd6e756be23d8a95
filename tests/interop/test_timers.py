"""Session timers (RFC 4028) with Asterisk in both roles: a call outlives its interval only when refreshed."""
import re

from lab import need_tone, pbx, registered
from proc import need
from runner import test

INTERVAL = 90
TALK = 100      # seconds: longer than an interval


@test(140)
def session_timers(t):
    """We refresh the one that we made, by UPDATE; Asterisk, set to 'always', the one that we got."""
    server = pbx(t)
    ours = registered(t, server, '100', audio_in='tone:620', audio_out=t.path('ours.wav'),
                      extra=('--session-expires', str(INTERVAL), '--trace'))
    theirs = registered(t, server, '103', audio_in='tone:820', audio_out=t.path('theirs.wav'),
                        extra=('--trace',))
    ours.do('dial 600')
    ours.wait('media')
    server.call('103')
    theirs.wait('incoming')
    theirs.do('answer 1')
    theirs.wait('media')
    for p in (ours, theirs):
        p.do(f'sleep {TALK}')
        p.do('hangup 1')
    for p in (ours, theirs):
        ended = p.wait('ended', TALK + 10)
        need(ended['by'] == 'local' and ended['talk_ms'] >= TALK * 1000, f'{ended}')
        need(p.finish() == 0, f'exit {p.p.returncode}')
    need_tone(t.path('ours.wav'), 620, at_least=TALK - 3)
    need_tone(t.path('theirs.wav'), 820, at_least=TALK - 3)
    sent, got = ours.stderr(), theirs.stderr()
    updates = len(re.findall(r'^UPDATE sip:', sent, re.M))
    agreed = len(re.findall(rf'^Session-Expires: {INTERVAL};refresher=uac', got, re.M))
    need(updates == TALK // (INTERVAL // 2), f'{updates} UPDATEs')
    need(agreed >= updates, f'{agreed} times agreed')
    t.figure(f'{updates} UPDATEs of ours, {agreed} times "refresher=uac" about theirs in {TALK} s')
    server.wait_idle()


@test(40)
def session_timer_too_small(t):
    """Asterisk wants two minutes of 106 and says 422: the call is made again with them."""
    server = pbx(t)
    p = registered(t, server, '106', extra=('--session-expires', '90', '--trace'))
    p.do('dial 600')
    p.wait('media')
    p.do('hangup 1')
    p.wait('ended')
    need(p.finish() == 0, f'exit {p.p.returncode}')
    said = p.stderr()
    need('SIP/2.0 422 ' in said, 'no 422')
    agreed = re.findall(r'^SIP/2\.0 200 (?:(?!\n\r?\n)[^\0])*?^Session-Expires: (\d+)', said, re.M)
    need(agreed and int(agreed[0]) >= 120, f'agreed {agreed}')
    t.figure(f'{agreed[0]} s after the 422')
    server.wait_idle()
