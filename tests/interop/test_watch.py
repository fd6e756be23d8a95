"""What Asterisk tells of a mailbox and of other people's lines."""
import re

from lab import need_tone, pbx, phone, registered
from proc import need
from runner import test
from test_edge import edge


@test(40)
def mailbox(t):
    """
    A phone that asks for nothing hears of its mailbox after the registration; one with --mailbox
    through its subscription too.
    """
    server = pbx(t)
    unasked = phone(t, server, '100')
    first = unasked.wait('mailbox', 10)
    need(first['account'] == '*97' and first['new'] == 0, first)
    need(unasked.finish() == 0, f'exit {unasked.p.returncode}')
    asked = phone(t, server, '100', extra=('--mailbox',))
    asked.wait('mailbox', 10, account='*97')
    asked.wait('mailbox', 10, account='', new=0)
    need(asked.finish() == 0, f'exit {asked.p.returncode}')


@test(60)
def lines(t):
    """
    100 watches 104, where nobody is, then somebody, whom 102 calls: idle, ringing, busy, idle; a
    line without a hint: unknown.
    """
    server = pbx(t)
    w = registered(t, server, '100')
    a = registered(t, server, '102')
    w.do('watch 104')
    w.wait('watch', number='104', state='closed')
    b = registered(t, server, '104')
    w.wait('watch', number='104', state='idle')
    a.do('dial 104')
    w.wait('watch', number='104', state='ringing')
    b.wait('incoming')
    b.do('answer 1')
    w.wait('watch', number='104', state='busy')
    a.wait('media')
    a.do('hangup 1')
    w.wait('watch', number='104', state='idle')
    w.do('watch 9999')
    w.wait('watch', number='9999', state='unknown')
    w.quiet('watch', 1)
    w.do('unwatch 104')
    a.wait('ended')
    b.wait('ended')
    need(a.finish() == 0 and b.finish() == 0 and w.finish() == 0, 'exit')
    server.wait_idle()


@test(60)
def message(t):
    """A message is left for 101, and heard: its phone is told of both."""
    server = pbx(t)
    owner = registered(t, server, '101')
    owner.wait('mailbox', 10, account='622', new=0)
    caller = registered(t, server, '102', audio_in='tone:440')
    mark = server.mark()
    caller.do('dial 621')
    server.wait_log('Recording the message', mark, 15)
    caller.do('sleep 3')
    caller.do('hangup 1')
    owner.wait('mailbox', 15, account='622', new=1)
    mark = server.mark()
    owner.do('dial 622')
    owner.wait('media')
    owner.do('dtmf 1')
    server.wait_log(r"Playing '\S*/INBOX/msg0000", mark, 15)
    owner.do('hangup')
    owner.wait('ended')
    owner.wait('mailbox', 15, account='622', new=0)
    caller.wait('ended')
    need(caller.finish() == 0 and owner.finish() == 0, 'exit')


@test(60)
def presence(t):
    """
    111's server refuses the event package `dialog`: presence alone says that nobody is at 104,
    that it can be reached, that it talks.
    """
    server = pbx(t)
    w = registered(t, edge(t), '111')
    w.do('watch 104')
    w.wait('watch', number='104', state='closed')
    b = registered(t, server, '104')
    w.wait('watch', number='104', state='idle')
    a = registered(t, server, '102')
    a.do('dial 104')
    b.wait('incoming')
    b.do('answer 1')
    w.wait('watch', number='104', state='busy')
    a.wait('media')
    a.do('hangup 1')
    w.wait('watch', number='104', state='idle')
    a.wait('ended')
    b.wait('ended')
    need(b.finish() == 0, 'exit')
    w.wait('watch', number='104', state='closed')
    need(a.finish() == 0 and w.finish() == 0, 'exit')
    server.wait_idle()


@test(60)
def pick_up(t):
    """
    A phone is 101, which has no code, and 100, each with its mailbox. 102 calls 104; the second
    account sees it ring there and takes the call by its code: 102 and 100 talk.
    """
    server = pbx(t)
    secret = t.path('secret100')
    with open(secret, 'w', encoding='ascii') as f:
        f.write('secret100\n')
    w = phone(t, server, '101', audio_out=t.path('w.wav'),
              extra=('--also', '--login', '100', '--password-file', secret, '--pickup-code', '*8'))
    told = {(e['line'], e['account']) for e in (w.wait('mailbox', 10), w.wait('mailbox', 10))}
    need(told == {(1, '622'), (2, '*97')}, told)
    a = registered(t, server, '102', audio_in='tone:440')
    b = registered(t, server, '104')
    w.do('watch @2 104')
    w.wait('watch', line=2, number='104', state='idle')
    a.do('dial 104')
    b.wait('incoming')
    w.wait('watch', line=2, number='104', state='ringing', called=True)
    w.do('pickup 104')
    w.wait('error')
    mark = server.mark()
    w.do('pickup @2 104')
    b.wait('ended')
    w.wait('established', line=2)
    a.wait('established')
    need(re.search(r'INVITE sip:\*8104@(.(?!\n\r?\n))*From: [^\n]*<sip:100@', server.since(mark), re.S),
         'not by 100')
    w.wait('media')
    w.do('sleep 2')
    w.do('hangup')
    w.wait('watch', number='104', state='idle', pass_over=('ended',))
    a.wait('ended')
    need(a.finish() == 0 and b.finish() == 0 and w.finish() == 0, 'exit')
    need_tone(t.path('w.wav'), 440)
    server.wait_idle()


@test(60)
def park(t):
    """104 parks 102; 100 sees the place taken, and takes the call from there."""
    server = pbx(t)
    w = registered(t, server, '100', audio_out=t.path('w.wav'))
    a = registered(t, server, '102', audio_in='tone:440')
    b = registered(t, server, '104', extra=('--park-code', '740'))
    w.do('watch 741')
    w.wait('watch', number='741', state='idle')
    a.do('dial 104')
    b.wait('incoming')
    b.do('answer 1')
    b.wait('media')
    b.do('park 1')
    b.wait('transferred')
    b.wait('ended', code='transferred')
    w.wait('watch', number='741', state='busy')
    w.do('unpark 741')
    w.wait('media')
    w.wait('watch', number='741', state='idle')
    w.do('sleep 2')
    w.do('hangup')
    w.wait('ended')
    a.wait('ended')
    need(a.finish() == 0 and b.finish() == 0 and w.finish() == 0, 'exit')
    need_tone(t.path('w.wav'), 440)
    server.wait_idle()
