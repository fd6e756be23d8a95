"""Digits each way: as RFC 4733 events with the clock of the codec in use, and as SIP INFO."""
from lab import pbx, phone, registered
from proc import need
from runner import test


def sent(t, codec, digits, user='100', extra=()):
    """612 reads four digits and logs them."""
    server = pbx(t)
    mark = server.mark()
    p = registered(t, server, user, extra=('--codec', codec) + extra)
    p.do('dial 612')
    p.wait('media')
    p.do('sleep 1')
    p.do(f'dtmf 1 {digits}')
    got = server.wait_log(rf'DTMF-READ {user} \[(.*)\]', mark, 15).group(1)
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


def received(t, codec, user='100'):
    server = pbx(t)
    p = phone(t, server, user, ('call', '614', '--for', '20'), extra=('--codec', codec))
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


@test(40)
def dtmf_sent_as_info(t):
    """Asterisk takes no telephone-event of 106: the digits go beside the sound."""
    mark = pbx(t).mark()
    sent(t, 'opus', '37*6', user='106')
    need(pbx(t).received('INFO', mark) == 4, f'{pbx(t).received("INFO", mark)} INFO requests')


@test(60)
def dtmf_sent_as_tones(t):
    """Asterisk listens to the sound of 107; it can where that is G.711."""
    mark = pbx(t).mark()
    for codec, digits in (('pcmu', '4*91'), ('pcma', '73D6')):
        sent(t, codec, digits, user='107', extra=('--dtmf-mode', 'inband'))
    need(pbx(t).received('INFO', mark) == 0, 'INFO was sent')


@test(40)
def dtmf_received_as_info(t):
    received(t, 'opus', user='106')
