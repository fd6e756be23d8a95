"""
One call each, or two that have to do with each other: from dialling to the end of everything about
it. kind(p, n, server, proxy): phone p, whose next call is n; returns how many calls it made.
"""

LOST = ('registration_failed',)     # passed over: the connection was cut
LONG = 15           # seconds: until a call has ended
BRIDGED = '618'     # the echo, behind a bridge: what can be transferred


def end(p, *calls):
    """Hangs them up, and waits until all have ended."""
    for n in calls:
        p.do(f'hangup {n}')
    return ended(p, *calls)


def ended(p, *calls):
    left = set(calls) - {e['call'] for e in p.events[:p.pos] if e['event'] == 'ended'}
    while left:
        left.discard(p.wait('ended', LONG, pass_over=LOST)['call'])
    return len(calls)


def dial(p, n, number, until='media'):
    p.do(f'dial {number}')
    p.wait(until, call=n)


def talk(p, n, server, proxy):
    dial(p, n, '600', 'first_audio')
    return end(p, n)


def hold(p, n, server, proxy):
    dial(p, n, '600')
    p.do(f'hold {n}')
    p.wait('held', call=n)
    p.do(f'resume {n}')
    p.wait('resumed', call=n)
    return end(p, n)


def busy(p, n, server, proxy):
    p.do('dial 605')
    return ended(p, n)


def given_up(p, n, server, proxy):
    dial(p, n, '608', 'ringing')
    return end(p, n)


def called(p, n, server, proxy):
    server.call('100')
    p.wait('incoming', call=n)
    p.do(f'answer {n}')
    p.wait('media', call=n)
    return end(p, n)


def refused(p, n, server, proxy):
    server.call('100')
    p.wait('incoming', call=n)
    p.do(f'reject {n} 486')
    return ended(p, n)


def reconnected(p, n, server, proxy):
    dial(p, n, '600')
    proxy.shut()
    proxy.open()
    p.wait('reconnected', 10, pass_over=LOST, call=n)
    return end(p, n)


def digits(p, n, server, proxy):
    mark = server.mark()
    dial(p, n, '612')
    p.do(f'dtmf {n} 4711')
    server.wait_log(r'DTMF-READ 100 \[4711\]', mark, LONG)
    return end(p, n)


def digits_heard(p, n, server, proxy):
    dial(p, n, '614')
    for digit in '1234':
        p.wait('dtmf', call=n, digit=digit)
    return end(p, n)


def clear(server):
    """Of calls that go on without us, and would for ever."""
    server.cli('channel request hangup all')
    server.wait_idle()


def transferred(p, n, server, proxy):
    dial(p, n, BRIDGED)
    p.do(f'transfer {n} 610')
    p.wait('transferred', call=n)
    ended(p, n)
    clear(server)
    return 1


def not_transferred(p, n, server, proxy):
    dial(p, n, BRIDGED)
    p.do(f'transfer {n} 9999')
    p.wait('transfer_failed', call=n)
    p.wait('resumed', call=n)
    return end(p, n)


def asked_first(p, n, server, proxy):
    dial(p, n, BRIDGED)
    dial(p, n + 1, BRIDGED)
    p.do(f'connect {n} {n + 1}')
    p.wait('transferred', pass_over=('ended',), call=n)
    ended(p, n, n + 1)
    clear(server)
    return 2


def merged(p, n, server, proxy):
    dial(p, n, '600')
    dial(p, n + 1, '600')
    p.do(f'merge {n}')
    p.wait('merged', call=n)
    p.wait('resumed', call=n)
    return end(p, n, n + 1)


# the common ones more often
KINDS = [talk] * 6 + [called] * 2 + [hold, busy, given_up, refused, reconnected, digits,
                                     digits_heard, transferred, not_transferred, asked_first,
                                     merged]
