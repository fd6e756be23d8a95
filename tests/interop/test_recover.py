"""The way to Asterisk is lost and comes back: registered again within 3 s of it being usable."""
import time

from lab import own_pbx, pbx, phone, registered
from proc import need, run
from proxy import Proxy
from runner import test

WITHIN = 3.0
FOUND_DEAD = 27     # the phone notices a silent peer after 25 s


def again(t, p, usable, what):
    """What is measured: from usable to registered."""
    event = p.wait('registered', WITHIN + 10, pass_over=('registration_failed', 'error'))
    took = event['_at'] - usable
    t.figure(f'{what}: registered {took:.2f} s after')
    need(took <= WITHIN, f'{what}: registered only {took:.2f} s after it was usable')


def lost(p, timeout):
    """The phone has noticed."""
    p.wait(('registration_failed', 'account', 'unregistered', 'registering'), timeout,
           pass_over=('registration_failed', 'error'))


@test(90)
def recover_port_shut(t):
    server = pbx(t)
    proxy = t.own(Proxy(('127.0.0.1', server.wss)))
    p = registered(t, server, port=proxy.port)
    for seconds in (1, 5, 20):
        proxy.shut()
        # how long it is shut is what is tested
        time.sleep(seconds)
        proxy.open()
        again(t, p, time.monotonic(), f'shut {seconds} s')
    need(len(server.contacts('100')) == 1, f'contacts {server.contacts("100")}')
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(60)
def recover_restarted(t):
    """Asterisk crashes and is started again."""
    server = own_pbx(t)
    p = registered(t, server)
    server.kill()
    lost(p, 5)
    server.start()
    again(t, p, time.monotonic(), 'crashed and started')
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(90)
def recover_stopped(t):
    """SIGSTOP: its kernel still takes connections, but nobody answers."""
    server = own_pbx(t)
    p = registered(t, server)
    server.freeze()
    start = time.monotonic()
    lost(p, FOUND_DEAD)
    t.figure(f'noticed after {time.monotonic() - start:.1f} s')
    # into the second attempt, which hangs in TLS
    time.sleep(13)
    server.thaw()
    again(t, p, time.monotonic(), 'stopped')
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(90)
def recover_stopped_briefly(t):
    """Shorter than the time-out: the connection is kept, and still carries a call."""
    server = own_pbx(t)
    p = registered(t, server)
    server.freeze()
    time.sleep(5)
    server.thaw()
    p.do('dial 605')
    p.wait('ended', 10)
    need(len(p.seen('registered')) == 1, 'registered again although nothing was lost')
    need(p.finish() == 0, f'exit {p.p.returncode}')


DROP = '''nft add table inet gone
nft add chain inet gone in '{ type filter hook input priority 0; }'
nft add rule inet gone in tcp dport %d drop'''


class Dropped:
    """Packets to that port vanish: nothing refuses, nothing answers."""

    def __init__(self, port):
        run(['sh', '-e', '-c', DROP % port])

    def stop(self):
        run(['nft', 'delete', 'table', 'inet', 'gone'], check=False)


@test(90)
def recover_packets_dropped(t):
    """The phone has to find out for itself that nobody is there any more."""
    server = pbx(t)
    p = registered(t, server)
    dropped = t.own(Dropped(server.wss))
    start = time.monotonic()
    lost(p, FOUND_DEAD)
    t.figure(f'noticed after {time.monotonic() - start:.1f} s')
    time.sleep(8.5)
    dropped.stop()
    again(t, p, time.monotonic(), 'dropped')
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(90)
def recover_in_mid_attempt(t):
    """The way comes back while an attempt hangs in it, wherever that one is."""
    server = pbx(t)
    proxy = t.own(Proxy(('127.0.0.1', server.wss)))
    p = registered(t, server, port=proxy.port)
    for wait in (1.3, 3.3, 5.2, 7.5, 9.7):
        dropped = t.own(Dropped(proxy.port))
        # the phone is told, and what it sends from now on is lost
        proxy.shut()
        proxy.open()
        lost(p, 5)
        time.sleep(wait)
        dropped.stop()
        again(t, p, time.monotonic(), f'{wait} s')
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(60)
def call_outlives_the_connection(t):
    """The WSS connection is lost in a call: sound goes on, and the call can still be ended."""
    server = pbx(t)
    proxy = t.own(Proxy(('127.0.0.1', server.wss)))
    p = registered(t, server, port=proxy.port, audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 600')
    p.wait('media')
    proxy.shut()
    time.sleep(2)
    proxy.open()
    again(t, p, time.monotonic(), 'in a call')
    p.do('hangup 1')
    ended = p.wait('ended')
    need(ended['by'] == 'local', f'{ended}')
    server.wait_idle()
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(30)
def recover_nobody_listens_at_first(t):
    """From the start: said in words, and tried again until it is there."""
    server = pbx(t)
    proxy = t.own(Proxy(('127.0.0.1', server.wss)))
    proxy.shut()
    p = phone(t, server, port=proxy.port)
    event = p.wait('registration_failed', 5)
    need(event.get('code') == 'unreachable', f'{event}')
    proxy.open()
    again(t, p, time.monotonic(), 'first start')
    need(p.finish() == 0, f'exit {p.p.returncode}')
