"""Digits as RFC 4733 events, each way, with the clock of the codec in use."""
from lab import pbx, phone, registered
from proc import need
from runner import test


def sent(t, codec, digits='19*#'):
    """612 reads four digits and logs them."""
    server = pbx(t)
    mark = server.mark()
    p = registered(t, server, '100', extra=('--codec', codec))
    p.do('dial 612')
    p.wait('media')
    p.do('sleep 1')
    p.do(f'dtmf 1 {digits}')
    got = server.wait_log(r'DTMF-READ 100 \[(.*)\]', mark, 15).group(1)
    need(got == digits, f'Asterisk read "{got}"')
    p.wait('ended', 15)
    need(p.finish() == 0, f'exit {p.p.returncode}')
    t.figure(f'{codec}: {got}')
    server.wait_idle()


@test(40)
def dtmf_sent_opus(t):
    # '#' ends Read() and is not part of what it read
    sent(t, 'opus', '19*4')


@test(40)
def dtmf_sent_pcmu(t):
    sent(t, 'pcmu', '0528')


@test(40)
def dtmf_by_command(t):
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '100', ('call', '612', '--for', '8', '--dtmf', '7361'))
    got = server.wait_log(r'DTMF-READ 100 \[(.*)\]', mark, 15).group(1)
    need(got == '7361', f'Asterisk read "{got}"')
    p.exit()


def received(t, codec):
    server = pbx(t)
    p = phone(t, server, '100', ('call', '614', '--for', '20'), extra=('--codec', codec))
    p.wait('ended', 20)
    digits = ''.join(str(e.get('digit', e.get('text'))) for e in p.seen('dtmf'))
    need(digits == '1234', f'heard "{digits}"')
    t.figure(f'{codec}: {digits}')
    p.exit()


@test(40)
def dtmf_received_opus(t):
    received(t, 'opus')


@test(40)
def dtmf_received_pcma(t):
    received(t, 'pcma')
