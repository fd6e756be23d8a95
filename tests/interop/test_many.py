"""Fifty calls in one run: nothing grows. And an end without leaks."""
import os

from lab import pbx, phone, registered
from proc import BUILD, need
from runner import test

CALLS = 50
WARM = 10           # what is made once is made by then
GROWTH_KIB = 512    # of private memory, over the 40 calls after


@test(300)
def fifty_calls(t):
    server = pbx(t)
    p = registered(t, server, audio_in='tone:500', audio_out='none')
    figures = {}
    setup = []
    for n in range(1, CALLS + 1):
        p.do('dial 600')
        setup.append(p.wait('established', call=n)['setup_ms'])
        p.wait('first_audio', call=n)
        p.do(f'hangup {n}')
        p.wait('ended', call=n)
        if n in (WARM, CALLS):
            server.wait_idle()
            figures[n] = p.status()
    first, last = figures[WARM], figures[CALLS]
    grown = last['anon_kib'] - first['anon_kib']
    t.figure(f'memory {first["anon_kib"]} -> {last["anon_kib"]} KiB, descriptors {first["fds"]} -> '
             f'{last["fds"]}, threads {first["threads"]} -> {last["threads"]} from call {WARM} to '
             f'{CALLS}, set-up median {sorted(setup)[len(setup) // 2]} ms')
    need(last['fds'] <= first['fds'], f'descriptors grow: {first} {last}')
    need(last['threads'] <= first['threads'], f'threads grow: {first} {last}')
    need(grown <= GROWTH_KIB, f'memory grows by {grown} KiB: {first} {last}')
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(60)
def no_leak_at_the_end(t):
    """The same program built with AddressSanitizer and UBSan: a call each way, then the end."""
    cli = os.path.join(BUILD, 'asan', 'bin', 'ars-phone-cli')
    need(os.path.exists(cli), f'{cli} is not built')
    server = pbx(t)
    env = {'ASAN_OPTIONS': 'detect_leaks=1:exitcode=23', 'UBSAN_OPTIONS': 'halt_on_error=1'}
    p = phone(t, server, '100', cli=cli, env=env, audio_in='tone:500',
              audio_out=t.path('heard.wav'))
    p.wait('registered', 20)
    p.do('dial 600')
    p.wait('media', 20)
    p.do('hold 1')
    p.wait('held')
    p.do('resume 1')
    p.wait('resumed')
    p.do('hangup 1')
    p.wait('ended')
    server.call('100')
    p.wait('incoming', 20)
    p.do('answer 2')
    p.wait('media', 20)
    p.do('hangup 2')
    p.wait('ended')
    code = p.finish(30)
    said = p.stderr()
    need(code == 0, f'exit {code}: {said[-600:]}')
    need('ERROR: ' not in said and 'runtime error' not in said, said[-600:])
