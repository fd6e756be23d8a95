"""The phone behind a NAT: what STUN and the checks find. See tests/lib/nat.py."""
from nat import behind, echo, judge, lab
from proc import need
from runner import test


@test(60)
def nat_call(t):
    """The NAT keeps our port: what STUN told us is what Asterisk sees."""
    echo(t, lab(t, ''), 700, ('srflx/host',))


@test(60)
def nat_symmetric_call(t):
    """It gives each destination another port: what STUN told us is of no use."""
    echo(t, lab(t, 'fully-random'), 800, ('prflx/host',))


@test(60)
def nat_without_stun(t):
    """No STUN server: the checks alone find the way."""
    echo(t, lab(t, ''), 900, ('prflx/host',), stun=False)


@test(60)
def nat_called(t):
    """Asterisk calls us in there."""
    nat = lab(t, '')
    p = behind(t, nat, 1000, ('answer', '--count', '1', '--for', '4'))
    p.wait('registered', 10)
    nat.pbx.call('100')
    p.wait('incoming')
    p.wait('established', 10)
    p.wait('ended', 20)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    judge(t, p, 1000, ('srflx/host', 'prflx/host'))
