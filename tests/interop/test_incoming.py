"""Calls that we get: answered, declined, busy, not answered, given up by the caller."""
from lab import need_tone, pbx, phone, registered
from proc import need, wait_for
from runner import test


@test(40)
def answer_a_call(t):
    """Asterisk calls and connects us to its echo: what we say comes back."""
    server = pbx(t)
    path = t.path('heard.wav')
    p = phone(t, server, '100', ('answer', '--count', '1', '--for', '3'), audio_in='tone:660',
              audio_out=path)
    p.wait('registered')
    server.call('100')
    incoming = p.wait('incoming')
    p.wait('established')
    p.wait('media')
    ended = p.wait('ended', 10)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    need(ended['by'] == 'local', f'{ended}')
    stats = p.stats()
    f, level = need_tone(path, 660, at_least=2.0)
    need(abs(level - stats['level_in_dbfs']) < 3, f'{level:.1f} dBFS, {stats}')
    t.figure(f'from {incoming.get("number", "?")}, {stats["codec"]} {stats["path"]}, {f:.1f} Hz '
             f'at {level:.1f} dBFS, first sound {stats["first_audio_ms"]} ms')
    server.wait_idle()


@test(40)
def called_back(t):
    """8100 answers, hangs up, and calls us: two calls in one run, the second incoming."""
    server = pbx(t)
    path = t.path('heard.wav')
    p = registered(t, server, audio_in='tone:880', audio_out=path)
    p.do('dial 8100')
    p.wait('incoming', 10, call=2, pass_over=('ended',))
    p.do('answer 2')
    p.wait('established', call=2, pass_over=('ended',))
    p.do('sleep 2')
    p.do('hangup 2')
    p.wait('ended', call=2)
    need(p.finish() == 0, f'exit {p.p.returncode}')
    f, level = need_tone(path, 880, at_least=1.5)
    t.figure(f'{f:.1f} Hz at {level:.1f} dBFS')


@test(40)
def phone_to_phone(t):
    """Two of us with Asterisk between: each hears the other's tone."""
    server = pbx(t)
    a = registered(t, server, '100', audio_in='tone:500', audio_out=t.path('a.wav'))
    b = registered(t, server, '101', audio_in='tone:900', audio_out=t.path('b.wav'))
    a.do('dial 101')
    incoming = b.wait('incoming')
    need('100' in str(incoming.get('number')), f'{incoming}')
    a.wait('ringing')
    b.do('answer 1')
    a.wait('media')
    b.wait('media')
    a.do('sleep 2')
    a.do('hangup 1')
    a.wait('ended')
    ended = b.wait('ended')
    need(ended['by'] == 'remote', f'{ended}')
    need(a.finish() == 0 and b.finish() == 0, f'exit {a.p.returncode} {b.p.returncode}')
    fa, la = need_tone(t.path('a.wav'), 900, at_least=1.5)
    fb, lb = need_tone(t.path('b.wav'), 500, at_least=1.5)
    t.figure(f'caller hears {fa:.1f} Hz at {la:.1f} dBFS, callee {fb:.1f} Hz at {lb:.1f} dBFS')


def rejected(t, words, status, code):
    server = pbx(t)
    mark = server.mark()
    p = registered(t, server)
    server.call('100')
    p.wait('incoming')
    p.do(words)
    ended = p.wait('ended')
    need(ended['by'] == 'local' and ended['code'] == code, f'{ended}')
    server.wait_log(rf'<--- Received SIP response(.|\n)*?SIP/2.0 {status}', mark, 3)
    server.wait_idle()
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(30)
def decline(t):
    rejected(t, 'reject 1', 603, 'declined')


@test(30)
def decline_busy(t):
    rejected(t, 'reject 1 486', 486, 'busy')


@test(30)
def decline_by_command(t):
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '100', ('answer', '--count', '1', '--reject', '486'))
    p.wait('registered')
    server.call('100')
    p.wait('ended')
    server.wait_log(r'<--- Received SIP response(.|\n)*?SIP/2.0 486', mark, 3)
    need(p.exit() == 0, f'exit {p.p.returncode}')


@test(30)
def nobody_answers(t):
    server = pbx(t)
    mark = server.mark()
    p = registered(t, server, extra=('--ring', '3'))
    server.call('100')
    incoming = p.wait('incoming')
    ended = p.wait('ended')
    need(ended['code'] == 'no_answer', f'{ended}')
    server.wait_log(r'<--- Received SIP response(.|\n)*?SIP/2.0 480', mark, 3)
    rang = ended['t'] - incoming['t']
    need(2900 <= rang <= 3500, f'rang {rang} ms')
    t.figure(f'480 after {rang} ms')
    server.wait_idle()


@test(30)
def caller_gives_up(t):
    server = pbx(t)
    mark = server.mark()
    p = registered(t, server)
    server.call('100')
    p.wait('incoming')
    channel = wait_for('a channel', lambda: server.channels(), 3)[0].split('!')[0]
    server.cli(f'channel request hangup {channel}')
    ended = p.wait('ended')
    need(ended['by'] == 'remote' and ended['code'] == 'cancelled', f'{ended}')
    server.wait_log(r'<--- Received SIP response(.|\n)*?SIP/2.0 487', mark, 3)
    server.wait_idle()
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(40)
def second_call_rings(t):
    """While we talk a second caller rings instead of taking the place of the first."""
    server = pbx(t)
    p = registered(t, server, audio_in='tone:600', audio_out=t.path('heard.wav'))
    p.do('dial 600')
    p.wait('media', call=1)
    server.call('100')
    p.wait('incoming', call=2)
    p.do('reject 2 486')
    p.wait('ended', call=2)
    p.do('sleep 1.5')
    p.do('hangup 1')
    ended = p.wait('ended', call=1)
    need(ended['by'] == 'local', f'{ended}')
    need_tone(t.path('heard.wav'), 600, at_least=1.0)
    need(p.finish() == 0, f'exit {p.p.returncode}')
