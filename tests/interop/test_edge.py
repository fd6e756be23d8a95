"""Kamailio as edge proxy in front of Asterisk: Path brings calls to us, Record-Route keeps it in them."""
import os
import re

from kamailio import Kamailio
from lab import need_tone, pbx, registered
from proc import need
from runner import test
import wav


def edge(t):
    def make(folder):
        server = Kamailio(folder, pbx(t))
        server.start()
        return server
    return t.shared.get('kamailio', make)


def talk(t, server, number='111', hz=500, **kw):
    """110 calls number, which answers: both phones, with sound."""
    a = registered(t, server, '110', audio_in=f'tone:{hz}', audio_out=t.path('110.wav'), **kw)
    b = registered(t, server, number, audio_in='tone:900', audio_out=t.path(f'{number}.wav'))
    a.do(f'dial {number}')
    b.wait('incoming', number='110')
    b.do('answer 1')
    a.wait('media')
    b.wait('media')
    return a, b


def need_path(asterisk, user):
    """Asterisk knows the phone by a Path of two: the proxy's side to it, and the one to the phone."""
    path = asterisk.cli('database show registrar/contact').replace('\\/', '/')
    found = re.findall(rf'contact/{user};.*?"path":"([^}}]*?)","', path)
    need(found and all(p.count(';lr') == 2 and 'received=' in p for p in found), path)


def need_routes(server, p):
    """The proxy's two Record-Routes are the Routes of what we send in a call, its side to us first."""
    sent = re.findall(r'(?:INVITE|BYE) sip:[^@\s]*127\.0\.0\.1.*?\n\r?\n', p.stderr(), re.S)
    routes = [re.findall(r'(?m)^Route: <sip:127\.0\.0\.1:(\d+)', m) for m in sent]
    need(routes and all(r == [str(server.wss), str(server.udp)] for r in routes), routes)


@test(60)
def edge_call(t):
    """Through the proxy both ways, hold and resume by each side, the hang-up of each side."""
    asterisk, server = pbx(t), edge(t)
    a, b = talk(t, server, extra=('--trace',))
    need_path(asterisk, '110')
    for holds, held in ((a, b), (b, a)):
        holds.do('hold 1')
        holds.wait('held')
        held.wait('remote_held')
        holds.do('resume 1')
        holds.wait('resumed')
        held.wait('remote_resumed')
    a.do('sleep 1.5')
    a.do('hangup 1')
    a.wait('ended')
    need(b.wait('ended')['by'] == 'remote', 'ended by whom?')
    b.do('dial 110')
    a.wait('incoming', number='111')
    a.do('answer 2')
    a.wait('media', call=2)
    b.wait('media', call=2)
    b.do('sleep 1')
    b.do('hangup 2')
    need(a.wait('ended', call=2)['by'] == 'remote', 'ended by whom?')
    b.wait('ended')
    need(a.finish() == 0 and b.finish() == 0, 'exit')
    for path, hz in (('110.wav', 900), ('111.wav', 500)):
        need_tone(t.path(path), hz, at_least=2)
    need_routes(server, a)
    asterisk.wait_idle()
    need(not asterisk.contacts('110') and not asterisk.contacts('111'), 'not un-registered')


@test(60)
def edge_transfer(t):
    """A blind and an attended transfer, by REFER through the proxy."""
    asterisk, server = pbx(t), edge(t)
    a, b = talk(t, server)
    a.do('transfer 1 610')
    a.wait('transferred', call=1)
    a.wait('ended', call=1)
    b.do('sleep 2.5')
    b.do('hangup 1')
    b.wait('ended')
    need_tone(t.path('111.wav'), 1004, at_least=1.5)
    a.do('dial 111')
    b.wait('incoming')
    b.do('answer 2')
    a.wait('media', call=2)
    c = registered(t, asterisk, '100', audio_in='tone:700', audio_out=t.path('100.wav'))
    a.do('dial 100')
    a.wait('held', call=2)
    c.wait('incoming')
    c.do('answer 1')
    a.wait('established', call=3)
    a.do('connect 2 3')
    a.wait('transferred', call=2, pass_over=('ended',))
    c.do('sleep 2.5')
    c.do('hangup 1')
    c.wait('ended')
    b.wait('ended', call=2)
    need(a.finish() == 0 and b.finish() == 0 and c.finish() == 0, 'exit')
    need_tone(t.path('100.wav'), 900, at_least=1.5)
    asterisk.wait_idle()


@test(40)
def edge_refused(t):
    """What Asterisk and the proxy themselves refuse reaches the user as what it is."""
    server = edge(t)
    a = registered(t, server, '110')
    for number, status, code in (('605', 486, 'busy'), ('399', 404, 'not_found')):
        a.do(f'dial {number}')
        ended = a.wait('ended')
        need((ended['sip_status'], ended['code']) == (status, code), ended)
    a.do('dial 608')
    a.wait('ringing')
    a.do('hangup')
    need(a.wait('ended')['by'] == 'local', 'the CANCEL')
    need(a.finish() == 0, 'exit')
    pbx(t).wait_idle()


@test(60)
def edge_restart(t):
    """
    The proxy restarts in a call: sound goes on, the re-INVITE over the new connection tells Asterisk
    the new way, by which its BYE comes.
    """
    asterisk = pbx(t)
    os.makedirs(t.path('kamailio'))
    server = Kamailio(t.path('kamailio'), asterisk, 31000)
    server.start()
    t.own(server)
    a = registered(t, server, '110', audio_in='tone:800', audio_out=t.path('heard.wav'))
    a.do('dial 600')
    a.wait('media')
    a.quiet('ended', 1)
    server.stop()
    a.wait('reconnecting', call=1, pass_over=('registration_failed',))
    server.start()
    a.wait('reconnected', 15, call=1, pass_over=('registration_failed',))
    a.quiet('ended', 1.5)
    asterisk.cli('channel request hangup all')
    ended = a.wait('ended')
    need(ended['by'] == 'remote' and ended['code'] == 'remote_hangup', ended)
    need(a.finish() == 0, 'exit')
    x, rate = wav.read(t.path('heard.wav'))
    spans = wav.tone_spans(x, rate, 800)
    need(len(spans) == 1 and spans[0][1] - spans[0][0] > 2.5, f'sound with holes: {spans}')
    t.figure(f'{spans[0][1] - spans[0][0]:.1f} s of sound without a hole')
    asterisk.wait_idle()
