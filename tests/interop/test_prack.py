"""Reliable provisional responses (RFC 3262) and who the far end is, with an Asterisk that requires the former."""
import re

from lab import need_tone, pbx, registered
from proc import need
from runner import test


def count(phone, way, method):
    return len(re.findall(rf'{way}\r?\n{method} ', phone.stderr()))


@test(60)
def reliable_provisionals(t):
    """105: its calls get early media reliably, its callers its ringing; each PRACK is taken."""
    server = pbx(t)
    p = registered(t, server, '105', audio_in='tone:720', audio_out=t.path('heard.wav'),
                   extra=('--trace',))
    p.do('dial 609')
    p.wait('early_media')
    p.wait('established')
    p.do('sleep 2')
    p.do('hangup 1')
    p.wait('ended', 8)
    sent = count(p, 'sends', 'PRACK')
    need(sent >= 1, 'no PRACK went out')
    a = registered(t, server, '100')
    a.do('dial 105')
    incoming = p.wait('incoming', call=2)
    need(incoming['number'] == '100' and incoming['name'], f'{incoming}')
    a.wait('ringing')
    p.do('answer 2')
    p.wait('established', call=2)
    a.wait('established')
    a.do('hangup 1')
    a.wait('ended')
    p.wait('ended', call=2)
    got = count(p, 'receives', 'PRACK')
    need(got == 1, f'{got} PRACKs came to one 180')
    peers = [(e['number'], e['name']) for e in a.seen('peer')]
    need(('105', 'Fay Reliable') in peers, f'who answered: {peers}')
    need(p.finish() == 0 and a.finish() == 0, f'exit {p.p.returncode} {a.p.returncode}')
    need_tone(t.path('heard.wav'), 720, at_least=1.5)
    t.figure(f'{sent} PRACKs of ours, {got} of Asterisk; "{incoming["name"]}" called, '
             f'"{peers[-1][1]}" answered')
    server.wait_idle()
