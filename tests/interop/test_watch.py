"""What Asterisk tells of a mailbox and of other people's lines."""
from lab import pbx, phone, registered
from proc import need
from runner import test


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
    """100 watches 104 while 102 calls it: idle, ringing, busy, idle; a line without a hint: unknown."""
    server = pbx(t)
    w = registered(t, server, '100')
    a = registered(t, server, '102')
    b = registered(t, server, '104')
    w.do('watch 104')
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
