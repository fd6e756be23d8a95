"""Two accounts of one phone at once: each rings and dials for itself, one is switched off."""
from lab import need_tone, pbx, phone, registered
from proc import need
from runner import test


@test(60)
def two_accounts_at_once(t):
    """
    102 and 104 in one program. 100 calls 104: it rings on the second account, and sounds. 102 dials
    by itself. The second is switched off: Asterisk forgets it, and the first stays.
    """
    server = pbx(t)
    secret = t.path('secret104')
    with open(secret, 'w', encoding='ascii') as f:
        f.write('secret104\n')
    heard = t.path('heard.wav')
    both = phone(t, server, '102', audio_in='tone:900', audio_out=heard,
                 extra=('--also', '--login', '104', '--password-file', secret,
                        '--dial-rule', '^9([0-9]+)$ -> \\1'))
    for _ in range(2):
        both.wait('registered', 10)
    need({e['line'] for e in both.seen('registered')} == {1, 2}, f'{both.seen("registered")}')
    need(server.contacts('102') and server.contacts('104'), 'one of the two is not registered')
    caller = registered(t, server, '100', audio_in='tone:500')
    caller.do('dial 104')
    call = both.wait('incoming', line=2, number='100')['call']
    both.do(f'answer {call}')
    both.wait('media', line=2)
    both.do('sleep 1.5')
    both.do(f'hangup {call}')
    both.wait('ended', line=2)
    caller.wait('ended')
    need_tone(heard, 500)
    mark = server.mark()
    both.do('dial @2 9600')                     # the second account's rules and name
    dialled = both.wait('dialing', line=2)
    need((dialled['number'], dialled['wire']) == ('9600', '600'), f'{dialled}')
    both.wait('established', line=2)
    both.do('hangup')
    both.wait('ended')
    need('From: <sip:104@' in server.since(mark), '104 did not call')
    both.do('account 2 off')
    both.wait('unregistered', line=2)
    server.wait_idle()
    need(not server.contacts('104') and server.contacts('102'), 'not the second, or not only it')
    both.do('account 2 on')
    both.wait('registered', 10, line=2)
    both.do('dial @1 600')
    both.wait('established', line=1)
    need(both.finish() == 0 and caller.finish() == 0, 'a bad exit')
