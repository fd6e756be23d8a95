"""Two accounts of one phone at once: each for itself, and their calls together."""
import wav
from lab import need_tone, pbx, phone, registered
from proc import need
from runner import test


def two_accounts(t, server, **sound):
    """102, and 104, which dials through a 9, in one program; both are registered."""
    secret = t.path('secret104')
    with open(secret, 'w', encoding='ascii') as f:
        f.write('secret104\n')
    both = phone(t, server, '102', **sound,
                 extra=('--also', '--login', '104', '--password-file', secret,
                        '--dial-rule', '^9([0-9]+)$ -> \\1'))
    for _ in range(2):
        both.wait('registered', 10)
    return both


@test(60)
def two_accounts_at_once(t):
    """
    102 and 104 in one program. 100 calls 104: it rings on the second account, and sounds. 102 dials
    by itself. The second is switched off: Asterisk forgets it, and the first stays.
    """
    server = pbx(t)
    heard = t.path('heard.wav')
    both = two_accounts(t, server, audio_in='tone:900', audio_out=heard)
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


@test(60)
def calls_of_two_accounts_together(t):
    """
    100 calls the first account, 101 the second. Merged, all three hear each other; then the two far
    ends are connected: Asterisk, asked in the one account's call, knows that of the other.
    """
    server = pbx(t)
    both = two_accounts(t, server, audio_in='tone:900')
    far = {user: registered(t, server, user, audio_in=f'tone:{hz}',
                            audio_out=t.path(f'{user}.wav'))
           for user, hz in (('100', 500), ('101', 700))}
    for n, (user, number) in enumerate((('100', '102'), ('101', '104')), 1):
        far[user].do(f'dial {number}')
        both.wait('incoming', line=n)
        both.do(f'answer {n}')
        both.wait('media', call=n)
    both.do('merge 1')
    both.wait('resumed', call=1)
    both.do('sleep 2')
    both.do('split 1')
    both.wait('held', call=1)
    both.do('connect 1 2')
    told = [both.wait(('transferred', 'ended')) for _ in range(3)]  # Asterisk chooses the order
    need(sorted((e['event'], e['call'], e.get('code')) for e in told) ==
         [('ended', 1, 'transferred'), ('ended', 2, 'transferred'), ('transferred', 1, None)],
         f'{told}')
    far['100'].do('sleep 2')
    far['100'].do('hangup')
    far['101'].wait('ended')
    need(both.finish() == 0 and all(p.finish() == 0 for p in far.values()), 'a bad exit')
    for user, merged, alone in (('100', (700, 900), (700,)), ('101', (500, 900), (500,))):
        x, rate = wav.read(t.path(f'{user}.wav'))
        spans = {hz: wav.tone_spans(x, rate, hz) for hz in (500, 700, 900)}
        for tones in (merged, alone):
            seconds = wav.together(spans, tones)
            need(seconds >= 1, f'{user} hears {tones} for {seconds:.2f} s: {spans}')
