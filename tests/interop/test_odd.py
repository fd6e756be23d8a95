"""Odd far ends: sipp behind Kamailio, where the phone is registered."""
import re
import time

from proc import need
from runner import test
import sipp
from sipp import Sipp, dialled, pause, reply, reply_in, request, want
from test_edge import edge, registered

FINGERPRINT = 'a=fingerprint:[Ss][Hh][Aa]-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}'


def answers(t, server, user):
    p = registered(t, server, user)
    p.do('wait incoming 15')
    p.do('answer')
    return p


@test(60)
def odd_late_offer(t):
    """An INVITE without an offer, the answer in the ACK: our 200 offers."""
    server = edge(t)
    p = answers(t, server, '300')
    peer = Sipp(t, server, 'late', dialled('') + [
        want('200', FINGERPRINT), request('ACK', 1, sipp.sdp('active')), pause(500),
        request('BYE', 2), want('200')], '300', server.sipp + 1)
    p.wait('established')
    ended = p.wait('ended')
    need(ended['by'] == 'remote' and ended['code'] == 'remote_hangup', ended)
    peer.done()
    need(p.finish() == 0, 'exit')


@test(60)
def odd_slow_200(t):
    """Nothing but the proxy's 100 for 4 s, then 200 without 180."""
    server = edge(t)
    p = registered(t, server, '301')
    peer = Sipp(t, server, 'slow', [
        want('INVITE', FINGERPRINT), pause(4000), reply('200 OK', sipp.sdp('active')), want('ACK'),
        want('BYE'), reply_in('200 OK')])
    p.do('dial 401')
    up = p.wait('established')
    need(3900 <= up['t'] - p.seen('dialing')[0]['t'] <= 5500 and not p.seen('ringing'), up)
    p.do('hangup')
    need(p.wait('ended')['by'] == 'local', 'ended by whom?')
    peer.done()
    need(p.finish() == 0, 'exit')


@test(60)
def odd_reinvite_storm(t):
    """Forty re-INVITEs one after another, hold and resume in turns: each is answered as it must."""
    server = edge(t)
    p = answers(t, server, '302')
    steps = dialled(sipp.sdp()) + [want('200', FINGERPRINT), request('ACK', 1)]
    for n in range(2, 42):
        there, here = ('sendonly', 'recvonly') if n % 2 == 0 else ('sendrecv', 'sendrecv')
        steps += [request('INVITE', n, sipp.sdp(direction=there, version=n)),
                  want('100', optional=True), want('200', f'a={here}'), request('ACK', n)]
    peer = Sipp(t, server, 'storm', steps + [request('BYE', 42), want('200')], '302',
                server.sipp + 2)
    p.wait('established')
    need(p.wait('ended')['by'] == 'remote', 'ended by whom?')
    peer.done()
    need(len(p.seen('remote_held')) == 20 and len(p.seen('remote_resumed')) == 20,
         [e['event'] for e in p.events])
    need(p.finish() == 0, 'exit')


@test(90)
def odd_missing_ack(t):
    """
    Nobody says ACK, and there is no sound either: the call ends, but the BYE may not come before the
    200 was repeated for 64 * T1 (RFC 3261 13.3.1.4 and 15).
    """
    server = edge(t)
    p = answers(t, server, '303')
    peer = Sipp(t, server, 'no-ack', dialled(sipp.sdp()) + [
        want('200', FINGERPRINT), *[want('200', optional=True)] * 12, want('BYE', timeout=40000),
        reply_in('200 OK')], '303', server.sipp + 3, 50)
    began = p.wait('incoming', 15)['_at']
    ended = p.wait('ended', 40)
    peer.done(40)
    seconds = time.monotonic() - began
    need(31 <= seconds <= 36, f'BYE after {seconds:.1f} s')
    with open(t.path('no-ack.messages'), encoding='utf-8', errors='replace') as f:
        repeats = len(re.findall(r'SIP/2\.0 200 [^\0]*?CSeq: 1 INVITE', f.read()))
    need(repeats >= 8, f'the 200 came {repeats} times')
    t.figure(f'200 {repeats} times, BYE after {seconds:.1f} s, {ended["code"]}')
    need(p.finish() == 0, 'exit')
