"""The phone behind a NAT: what STUN and the checks find. See tests/lib/nat.py."""
import time

import wav
from nat import behind, echo, judge, lab
from proc import need
from runner import test

SOUND_WITHIN = 2.0      # s after a change of the network


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


@test(25)
def nat_rebinds(t):
    """
    The NAT forgets its mappings in a call, and UDP gets others: Asterisk goes on to send to the old
    one, until it hears of another. Found out by itself, and heard again.
    """
    nat = lab(t, '')
    p = behind(t, nat, 750, ('script',))
    p.wait('registered', 10)
    p.do('dial 600')
    p.wait('media')
    p.do('wait first_audio 5')
    p.do('sleep 1')
    p.wait('first_audio')
    nat.rebind()
    forgotten = time.monotonic()
    back = p.wait('reconnected', 5, pass_over=('reconnecting',))['_at'] - forgotten
    p.do('sleep 2')
    p.do('hangup 1')
    ended = p.wait('ended')
    need(ended['by'] == 'local', f'the far end had gone: {ended}')
    need(p.finish() == 0, f'exit {p.p.returncode}')
    hole = wav.gaps(t.path('heard.wav'), 750)[0]
    t.figure(f'call back {back:.2f} s after, without sound for {hole:.2f} s')
    need(hole <= SOUND_WITHIN, f'without sound for {hole:.2f} s')
    nat.pbx.wait_idle()
