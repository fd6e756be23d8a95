"""What is done with callers before anybody hears them, as Asterisk sees it."""
from lab import need_tone, pbx, registered
from proc import need
from runner import test


def calling(t, server, number, hz, seconds):
    """104 calls; what it heard, when it has hung up."""
    path = t.path('caller.wav')
    p = registered(t, server, '104', audio_in=f'tone:{hz}', audio_out=path)
    p.do(f'dial {number}')
    p.wait('established', 15)
    p.do(f'sleep {seconds}')
    p.do('hangup 1')
    p.wait('ended', seconds + 5)
    need(p.finish() == 0, f'exit {p.p.returncode}')
    return path


@test(40)
def answers_by_itself(t):
    """Asterisk asks for it in Call-Info: the caller hears us, and nobody has pressed anything."""
    server = pbx(t)
    p = registered(t, server, audio_in='tone:500', extra=('--auto-answer', '104'))
    heard = calling(t, server, '8300', 700, 2)
    p.wait('auto_answered')
    p.wait('ended')
    f, level = need_tone(heard, 500, at_least=1.0)
    t.figure(f'the caller hears {f:.1f} Hz at {level:.1f} dBFS')
    server.wait_idle()


@test(40)
def rings_for_others(t):
    """The same wish of somebody who is not on the list: it rings."""
    server = pbx(t)
    p = registered(t, server, extra=('--auto-answer', '102'))
    caller = registered(t, server, '104')
    caller.do('dial 8300')
    p.wait('incoming')
    caller.wait('ringing')
    need(not p.seen('auto_answered'), 'answered by itself')
    caller.do('hangup 1')
    p.wait('ended')
    need(p.finish() == 0 and caller.finish() == 0, 'exit')
    server.wait_idle()


@test(40)
def forwarded(t):
    """302: Asterisk connects the caller to the echo, where it hears itself."""
    server = pbx(t)
    p = registered(t, server, extra=('--forward', '600'))
    heard = calling(t, server, '100', 800, 3)
    need(not p.seen('incoming'), 'it rang')
    f, level = need_tone(heard, 800, at_least=2.0)
    t.figure(f'the caller hears itself, {f:.1f} Hz at {level:.1f} dBFS')
    server.wait_idle()


@test(40)
def forwarded_when_busy(t):
    """The first call rings on; the 302 of the second takes its caller to the echo."""
    server = pbx(t)
    p = registered(t, server)
    p.do('forward busy 600')
    p.wait('answering')
    p.do('dial 600')
    p.wait('media')
    heard = calling(t, server, '100', 800, 2)
    need(not p.seen('incoming'), 'it rang')
    need_tone(heard, 800, at_least=1.0)
    p.do('hangup 1')
    p.wait('ended')
    need(p.finish() == 0, f'exit {p.p.returncode}')
    server.wait_idle()


@test(40)
def forwarded_when_nobody_answers(t):
    """It rings for 3 s, then 302; the journal gets to know whom it missed."""
    server = pbx(t)
    p = registered(t, server)
    p.do('forward no-answer 600 3')
    p.wait('answering')
    mark = server.mark()
    heard = calling(t, server, '100', 800, 2)
    rang = p.wait('incoming', number='104')
    ended = p.wait('ended')
    need(2.5 <= ended['_at'] - rang['_at'] <= 4.5, f'rang {ended["_at"] - rang["_at"]:.1f} s')
    need_tone(heard, 800, at_least=1.0)
    server.wait_log(r'SIP/2\.0 302 [^\0]*?\nDiversion: [^\n]*reason=no-answer', mark, 1)
    t.figure(f'{ended["code"]}, {ended["sip_status"]}')
    need(p.finish() == 0, f'exit {p.p.returncode}')
    server.wait_idle()


@test(40)
def do_not_disturb(t):
    """486, which Asterisk passes on."""
    server = pbx(t)
    p = registered(t, server, extra=('--dnd',))
    caller = registered(t, server, '104')
    caller.do('dial 100')
    ended = caller.wait('ended', 10)
    need(ended['sip_status'] == 486, f'{ended}')
    need(not p.seen('incoming'), 'it rang')
    need(p.finish() == 0 and caller.finish() == 0, 'exit')
