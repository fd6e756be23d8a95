"""Calls handed on through Asterisk: every role, and who hears whom afterwards."""
from lab import need_tone, pbx, registered
from proc import need
from runner import test


def talk(t, server, number='104', hz=500, **kw):
    """102 calls number, which answers: both phones."""
    a = registered(t, server, '102', audio_in=f'tone:{hz}', **kw)
    b = registered(t, server, number, audio_in='tone:900', audio_out=t.path(f'{number}.wav'))
    a.do(f'dial {number}')
    b.wait('incoming')
    b.do('answer 1')
    a.wait('media')
    b.wait('media')
    return a, b


@test(60)
def transfer_blind(t):
    """
    102 hands 104 on to 610 (1004 Hz). Asterisk sends 102 no BYE: it hangs up by itself, once it
    knows that the transfer stands.
    """
    server = pbx(t)
    a, b = talk(t, server)
    a.do('sleep 1')
    a.do('transfer 1 610')
    a.wait('transferred', call=1)
    ended = a.wait('ended')
    need(ended['code'] == 'transferred' and ended['by'] == 'local', ended)
    need(any(e['status'] == 100 for e in a.seen('transferring')), a.seen('transferring'))
    b.do('sleep 3')
    b.do('hangup 1')
    b.wait('ended')
    need(a.finish() == 0 and b.finish() == 0, f'exit {a.p.returncode} {b.p.returncode}')
    need_tone(t.path('104.wav'), 1004, at_least=2)
    server.wait_idle()


@test(60)
def transfer_to_a_ringing_phone(t):
    """102 asks 100, which only rings, and connects the two all the same: 100 and 104 hear each other."""
    server = pbx(t)
    a, b = talk(t, server)
    c = registered(t, server, '100', audio_in='tone:700', audio_out=t.path('100.wav'))
    a.do('dial 100')
    c.wait('incoming', call=1)
    a.do('connect 1 2')
    c.wait('ended', call=1)
    c.wait('incoming', call=2)
    c.do('answer 2')
    a.wait('transferred', call=1, pass_over=('ended',))
    for call in (1, 2):
        ended = [e for e in a.seen('ended') if e['call'] == call] or [a.wait('ended', call=call)]
        need(ended[0]['code'] == 'transferred', ended)
    c.wait('media')
    c.do('sleep 3')
    c.do('hangup 2')
    b.wait('ended')
    need(a.finish() == 0 and b.finish() == 0 and c.finish() == 0, 'exit')
    need_tone(t.path('104.wav'), 700, at_least=2)
    need_tone(t.path('100.wav'), 900, at_least=2)
    server.wait_idle()


@test(60)
def transfer_to_nobody(t):
    """Asterisk says 404 for a number that it does not know; both talk on as before."""
    server = pbx(t)
    a, b = talk(t, server, audio_out=t.path('102.wav'))
    a.do('transfer 1 9999')
    failed = a.wait('transfer_failed')
    need(failed['code'] == 'not_found' and failed['sip_status'] == 404, failed)
    a.wait('resumed')
    a.do('sleep 3')
    a.do('hangup 1')
    b.wait('ended')
    need(a.finish() == 0 and b.finish() == 0, 'exit')
    need_tone(t.path('104.wav'), 500, at_least=2)
    need_tone(t.path('102.wav'), 900, at_least=2)
    server.wait_idle()


@test(60)
def transferee(t):
    """
    702 and 703 answer and refer us to 600, one by the bare number, one by a URI: we follow, and
    hear our own tone from the echo there.
    """
    server = pbx(t)
    for number in ('702', '703'):
        path = t.path(f'{number}.wav')
        p = registered(t, server, '100', audio_in='tone:800', audio_out=path,
                       extra=('--refer', 'follow'))
        p.do(f'dial {number}')
        p.wait('established', call=1)
        referred = p.wait('referred', 10, call=1)
        need(referred['number'] == '600', referred)
        p.wait('dialing', call=2)
        p.wait('established', call=2)
        ended = p.wait('ended', 10, call=1)
        need(ended['code'] == 'transferred', ended)
        p.do('sleep 3')
        p.do('hangup 2')
        p.wait('ended', call=2)
        need(p.finish() == 0, f'exit {p.p.returncode}')
        need_tone(path, 800, at_least=2)
    server.wait_idle()


@test(60)
def transferee_asked(t):
    """The same, with the user asked: first no, and the call goes on as 702 wants; then yes."""
    server = pbx(t)
    p = registered(t, server, '100')
    p.do('dial 702')
    p.wait('referred', 10, call=1)
    p.do('stay 1')
    p.wait('ended', 10, call=1)
    need(len(p.seen('dialing')) == 1, 'followed though the user said no')
    p.do('dial 702')
    p.wait('referred', 10, call=2)
    p.do('follow 2')
    p.wait('established', call=3)
    p.wait('ended', 10, call=2)
    p.do('hangup 3')
    p.wait('ended', call=3)
    need(p.finish() == 0, f'exit {p.p.returncode}')
    server.wait_idle()


@test(60)
def transfer_attended(t):
    """
    102 talks to 104, holds it, talks to 100, and connects the two: they hear each other, and both
    calls of 102 end.
    """
    server = pbx(t)
    a, b = talk(t, server)
    c = registered(t, server, '100', audio_in='tone:700', audio_out=t.path('100.wav'))
    need(b.seen('incoming')[0]['name'] == 'Carol Hundredtwo', b.seen('incoming'))
    a.do('dial 100')
    a.wait('held', call=1)
    c.wait('incoming')
    c.do('answer 1')
    a.wait('established', call=2)
    c.wait('media')
    a.do('sleep 1')
    a.do('connect 1 2')
    a.wait('transferred', call=1, pass_over=('ended',))
    for call in (1, 2):
        if not [e for e in a.seen('ended') if e['call'] == call]:
            a.wait('ended', call=call)
    for ended in a.seen('ended'):
        need(ended['code'] == 'transferred', ended)
    # Asterisk tells each who is at the other end now
    for p, number, name in ((b, '100', 'Alice Hundred'), (c, '104', 'Erin Hundredfour')):
        need(p.wait('peer', number=number)['name'] == name, p.seen('peer'))
    b.do('sleep 3')
    b.do('hangup 1')
    b.wait('ended')
    c.wait('ended')
    need(a.finish() == 0 and b.finish() == 0 and c.finish() == 0, 'exit')
    need_tone(t.path('104.wav'), 700, at_least=2)
    need_tone(t.path('100.wav'), 900, at_least=2)
    server.wait_idle()
