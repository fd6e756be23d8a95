"""A network that lets next to nothing out: the call goes through a relay (coturn)."""
from nat import TURN_PASSWORD, echo, lab
from proc import need
from runner import test

ONLY_STUN_PORT = 'udp dport != 3478'
NO_UDP = 'meta l4proto udp'


def relayed(t, closed, hz, turn):
    p = echo(t, lab(t, '', closed), hz, ('relay/host',), stun=False, turn=turn)
    need(TURN_PASSWORD not in p.stderr(), 'the password of the relay was logged')


@test(60)
def turn_udp(t):
    relayed(t, ONLY_STUN_PORT, 700, 'turn:stun.test')


@test(60)
def turn_tcp(t):
    relayed(t, NO_UDP, 800, 'turn:stun.test?transport=tcp')


@test(60)
def turn_tls(t):
    relayed(t, NO_UDP, 900, 'turns:pbx.test')


@test(60)
def turn_is_the_last_resort(t):
    """Where packets get through without it, they go without it."""
    echo(t, lab(t, ''), 1000, ('srflx/host', 'prflx/host'), turn='turn:stun.test')


@test(60)
def turn_wrong_name(t):
    """A relay whose certificate is another's is not used: the call still finds its way."""
    p = echo(t, lab(t, ''), 1100, ('srflx/host', 'prflx/host'), turn='turns:stun.test')
    need('no relay: stun.test' in p.stderr(), 'nothing was said of the relay')
