"""Options, commands, exit codes, output. What a peer makes of the calls is in tests/interop."""
import json
import os
import re
import signal
import subprocess
import time

import wav
from phone import CLI, Phone
from proc import TOP, end, need, run
from pulse import Pulse
from runner import test

LINE = os.environ.get('ARS_DEMO_LINE', os.path.join(os.path.dirname(CLI), 'ars-demo-line'))
COMMON = {'t', 'event', 'call'}
STATS = {'codec', 'setup_ms', 'first_audio_ms', 'rtt_ms', 'jitter_ms', 'loss_pct', 'concealed_pct',
         'sent', 'received', 'level_in_dbfs', 'level_out_dbfs', 'srtp', 'path'}
ENDED = {'code', 'text', 'sip_status', 'by'}
CERTIFICATE = {'subject', 'issuer', 'names', 'sha256', 'problem'}


class Line:
    """The demo line of all these tests."""

    def __init__(self, folder):
        with open(os.path.join(folder, 'line.txt'), 'wb') as err:
            self.p = subprocess.Popen([LINE, '--dir', folder], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=err)
        self.ready = json.loads(self.p.stdout.readline())
        with open(self.ready['password_file'], encoding='ascii') as f:
            self.password = f.read().strip()

    def options(self, *more, password=True):
        return ['--server', 'localhost', '--port', str(self.ready['port']), '--login', 'demo',
                '--pin', self.ready['sha256'], '--audio-in', 'tone:440', '--audio-out', 'none',
                *(['--password-file', self.ready['password_file']] if password else []), *more]

    def stop(self):
        self.p.stdin.close()
        end(self.p)


def line(t):
    return t.shared.get('line', Line)


def phone(t, *command, options=(), **kw):
    return t.own(Phone(t.dir, line(t).options(*options), command or ('script',), **kw))


def ends(p, code, timeout=15):
    got = p.exit(timeout)
    need(got == code, f'exit {got} instead of {code}: {p.events[-2:]} {p.stderr()[-300:]}')


def has(event, keys):
    need(keys <= set(event), f'no {keys - set(event)} in {event}')
    return event


def readme(title):
    """The first cells of the table under that header cell."""
    with open(os.path.join(TOP, 'README.md'), encoding='utf-8') as f:
        table = f.read().split(f'| {title} |')[1].split('\n\n')[0]
    return '\n'.join(row.split('|')[1] for row in table.split('\n')[2:] if '|' in row)


@test(10)
def number(t):
    """What is understood, and what the first rule that fits makes of it."""
    rules = ['--dial-rule', '^8([0-9]{10})$ -> +7\\1', '--dial-rule', '^8 -> never']
    r = run([CLI, *rules, 'number', '8 (916) 123-45-67'])
    need(r.stdout == '89161234567 -> +79161234567 (rule 1)\n', r.stdout)
    r = run([CLI, *rules, '--json', 'number', 'tel:+7-916;ext=5'])
    got = json.loads(r.stdout)
    need((got['number'], got['wire'], got['rule']) == ('+7916,5', '+7916,5', None), r.stdout)


@test(30)
def two_accounts(t):
    """--also begins another, like the one before but for what follows; each event says whose it is."""
    p = phone(t, options=('--also', '--display-name', 'Second'))
    need({p.wait('registered')['line'], p.wait('registered')['line']} == {1, 2}, f'{p.events}')
    p.do('account 2 off')
    p.wait('unregistered', line=2)
    p.do('dial @1 600')
    p.wait('established', line=1)
    p.do('hangup')
    p.wait('ended')
    p.do('watch @2 104')
    p.wait('watch', line=2, number='104', state='unknown')
    p.do('unwatch 104')     # the first does not watch it
    p.wait('error', line=None, code='not_now')
    p.do('unwatch @2 104')
    p.do('pickup @2 104')
    need('no connection' in p.wait('error', line=2)['text'], 'it is off')
    p.do('pickup 104')
    need('no code' in p.wait('error', line=None)['text'], 'it is on, and has no code')
    p.do('account 3 off')
    ends(p, 2)


# ---- usage: exit 2, a sentence, and nothing is connected to ----

USAGE = (
    ((), 'usage: ars-phone-cli'),
    (('frob',), "'frob' is not a command"),
    (('register',), '--server is missing'),
    (('--server', 'a', 'register'), '--login is missing'),
    (('--server', 'a', '--login', 'b', 'register'), 'no password'),
    (('--server', 'a', '--login', 'b', 'call'), 'needs an argument'),
    (('--server', 'a', '--login', 'b', 'call', '1', '2'), 'one argument too many'),
    (('--server', 'a', '--login', 'b', 'register', '1'), 'one argument too many'),
    (('--nonsense', 'register'), 'nonsense'),
    (('--port', '0', 'register'), '--port'),
    (('--port', '65536', 'register'), '--port'),
    (('--pin', '00', 'register'), '--pin'),
    (('--ca', '/nowhere.pem', 'register'), 'No such file'),
    (('--password-file', '/nowhere', 'register'), 'No such file'),
    (('--rtp-ports', '9-8', 'register'), '--rtp-ports'),
    (('--stun', ':1', 'register'), '--stun'),
    (('--stun', 'a', '--stun', 'b c', 'register'), '--stun'),
    (('--stun', 'a') * 9 + ('register',), '--stun'),
    (('--codec', 'opus,mp3', 'register'), '--codec'),
    (('--codec', '', 'register'), '--codec'),
    (('--echo', 'loud', 'register'), '--echo'),
    (('--timeout', '-1', 'register'), '--timeout'),
    (('--for', 'x', 'register'), '--for'),
    (('--reject', '200', 'answer'), '--reject'),
    (('--count', '0', 'answer'), '--count'),
    (('--ring', '0', 'answer'), '--ring'),
    (('--calls', '9', 'answer'), '--calls'),
    (('--tones', 'fr', 'register'), '--tones'),
    (('--expires', '0', 'register'), '--expires'),
    (('--realm',), '--realm'),
    (('--header', 'Via: x', 'register'), "the phone's own"),
    (('--header', 'X-A: b\r\nX-C: d', 'register'), '--header'),
    (('--dial-rule', '([0-9] -> 1', 'number', '1'), 'a bracket is missing'),
    (('--outbound-proxy', ':1', 'register'), '--outbound-proxy'),
    (('--server', 'a', '--login', 'b', '--also', '--server', '', 'register'), '--server is missing'),
    (('number', 'two words'), 'not a number'),
    (('number',), 'needs an argument'),
    (('resolve', ''), ''),
    (('--server', 'a', '--login', 'b', '--audio-in', 'x.mp3', 'call', '1'), 'no such sound'),
    (('--server', 'a', '--login', 'b', '--audio-in', '/no.wav', 'call', '1'), 'no such sound'),
)


@test(30)
def usage(t):
    for argv, words in USAGE:
        secret = {'ARS_PASSWORD': 'x'} if 'b' in argv and 'no password' not in words else {}
        r = run([CLI, *argv], check=False, env=secret)
        need(r.returncode == 2, f'{argv}: exit {r.returncode}')
        need(words in r.stderr and not r.stdout, f'{argv}: {r.stderr!r} {r.stdout!r}')


@test(10)
def help_says_what_readme_says(t):
    said = run([CLI, '--help']).stdout
    option = re.compile(r'--[a-z][a-z-]+')
    ours, theirs = set(option.findall(said)), set(option.findall(readme('option')))
    theirs |= set(option.findall(readme('command')))
    ours -= {'--host-resolver-rules', '--help', '--version'}
    need(ours == theirs, f'not in both --help and README.md: {sorted(ours ^ theirs)}')
    verbs = {w.split()[0] for w in re.findall(r'`([a-z][^`]*)`', readme('command'))}
    need(all(re.search(rf'\b{v}\b', said) for v in verbs), f'{verbs}')
    script = said.split('  script ')[1].split('\n\n')[0].split('\n')[1:]
    ours = {w.split()[0] for line in script for w in re.split(r' \| ?', line.strip()) if w}
    theirs = {w.split()[0] for w in re.findall(r'`([a-z][^`]*)`', readme('line'))}
    need(ours == theirs, f'not in both scripts: {sorted(ours ^ theirs)}')
    need(re.fullmatch(r'ars-phone-cli \d+\.\d+\.\d+\n', run([CLI, '--version']).stdout), 'version')


# ---- commands, and their lines of JSON ----

@test(20)
def register(t):
    p = phone(t, 'register', '--for', '0.5')
    has(p.wait('registering'), COMMON)
    event = has(p.wait('registered'), COMMON | {'expires'})
    need(event['call'] is None and isinstance(event['t'], int), f'{event}')
    gone = p.wait('unregistered')
    need(500 <= gone['t'] - event['t'] < 1500, f'{gone["t"] - event["t"]} ms of --for 0.5')
    ends(p, 0)


@test(20)
def refused_certificate(t):
    options = line(t).options()
    at = options.index('--pin')
    p = t.own(Phone(t.dir, options[:at] + options[at + 2:], ('register',)))
    event = has(p.wait('registration_failed'), ENDED - {'by'} | CERTIFICATE | {'retry_ms'})
    need(event['code'] == 'certificate' and event['sha256'] == line(t).ready['sha256'], f'{event}')
    ends(p, 3)


@test(20)
def call_for_some_seconds(t):
    p = phone(t, 'call', '600', '--for', '1.5', '--dtmf', '12#')
    need(has(p.wait('dialing'), COMMON | {'number'})['number'] == '600', 'number')
    has(p.wait('established'), COMMON | {'setup_ms'})
    has(p.wait('media'), COMMON | {'codec', 'srtp', 'path'})
    p.wait('first_audio')
    for digit in '12#':     # 600 says them back
        need(p.wait('dtmf', digit=digit)['call'] == 1, 'call')
    stats = has(p.wait('stats', call=1), COMMON | STATS)
    need(stats['codec'] == 'opus' and stats['srtp'] and stats['path'] == 'host/host' and
         stats['received'] > 40 and stats['first_audio_ms'] >= stats['setup_ms'], f'{stats}')
    ended = has(p.wait('ended'), COMMON | ENDED)
    need(ended['by'] == 'local' and ended['code'] == 'local_hangup', f'{ended}')
    ends(p, 0)
    times = [e['t'] for e in p.events if 't' in e]
    need(times == sorted(times), f'{times}')


@test(20)
def hold_and_resume(t):
    p = phone(t, 'call', '601', '--for', '1.5', '--hold-at', '0.5', '--resume-at', '1')
    start = p.wait('established')['t']
    held, resumed = p.wait('held')['t'] - start, p.wait('resumed')['t'] - start
    need(450 < held < 950 <= resumed < 1450, f'held after {held}, resumed after {resumed} ms')
    p.wait('ended')
    ends(p, 0)


@test(20)
def refused_call(t):
    p = phone(t, 'call', '999')
    ended = p.wait('ended')
    need(ended['sip_status'] == 404 and ended['code'] == 'not_found' and ended['by'] == 'remote',
         f'{ended}')
    ends(p, 4)


@test(20)
def not_a_number(t):
    p = phone(t, 'call', 'a b')
    need(p.wait('error')['code'] == 'bad_number', 'code')
    ends(p, 4)


@test(20)
def nobody_calls(t):
    p = phone(t, 'answer', options=('--timeout', '1'))
    ends(p, 6)


@test(30)
def answer_and_reject(t):
    """602 calls whoever has called it: a script takes the part of 'call', the command answers."""
    p = phone(t, 'answer', '--for', '1', '--after', '0.3', '--count', '1')
    p.wait('registered')
    q = phone(t)
    q.wait('registered')
    q.do('dial 602')
    q.wait('ended')
    has(q.wait('incoming'), COMMON | {'number', 'name'})
    q.do('reject 2 486')
    ended = q.wait('ended', call=2)
    need(ended['by'] == 'local' and ended['code'] == 'busy', f'{ended}')
    q.do('dial 602')
    q.wait('ended', call=3)
    q.wait('incoming', call=4)
    q.do('answer 4')
    q.wait('first_audio', call=4)
    q.do('hangup 4')
    q.wait('ended', call=4)
    need(q.finish() == 0, 'exit')
    need(not p.seen('incoming'), 'the call-back went to another phone')
    p.p.terminate()
    ends(p, 0)


def steady(levels, dbfs):
    """The longest run of frames at that level; one that a stall of the machine broke is none."""
    longest = now = 0
    for level in levels:
        now = now + 1 if abs(level - dbfs) <= 1 else 0
        longest = max(longest, now)
    return longest


@test(30)
def script(t):
    """Each verb that README.md names, and what it does to the sound."""
    heard = t.path('heard.wav')
    p = phone(t, options=('--audio-out', heard))
    p.wait('registered')
    p.do('dial 600')
    p.wait('first_audio')

    def level(said):
        p.do(said)
        p.do('sleep 0.3')
        p.do('stats 1')     # what came before it
        p.wait('stats')
        p.do('sleep 0.5')
        p.do('stats 1')
        return p.wait('stats')

    loud = level('# nothing yet')
    need(abs(loud['level_out_dbfs'] - loud['level_in_dbfs']) < 1.5, f'{loud}')
    level('volume 1 50')
    level('volume 1 100')
    muted = level('mute 1')
    need(muted['level_out_dbfs'] < -40, f'muted, the echo has {muted["level_out_dbfs"]} dBFS')
    again = level('unmute 1')
    need(again['level_out_dbfs'] > -20, f'unmuted, the echo has {again["level_out_dbfs"]} dBFS')
    p.do('mute 1')
    p.wait('talks_muted', 5, call=1, on=True)
    p.do('unmute 1')
    p.wait('talks_muted', 5, call=1, on=False)
    p.do('hold 1')
    p.wait('held')
    p.do('resume 1')
    p.wait('resumed')
    p.do('dtmf 1 9*')
    p.wait('dtmf', digit='9')
    p.wait('dtmf', digit='*')
    other = level('audio silence -')
    need(other['level_in_dbfs'] < -90, f'{other}')
    p.do('retry')
    p.do('hangup 1')
    p.wait('ended')
    p.do('hold 1')
    need(p.wait('error')['code'] == 'not_now', 'a call that is gone')
    p.do('quit')
    ends(p, 0)
    # half the volume: 6 dB less in the loudspeaker, for the 0.8 s that it lasted
    x, rate = wav.read(heard)
    levels = [int(v) for v in wav.frame_levels(x, rate, 0.1).round()]
    need(steady(levels, -21) >= 3 and steady(levels, -15) >= 3, f'levels of each 0.1 s: {levels}')


@test(20)
def script_waits(t):
    p = phone(t)
    p.do('wait registered 10')
    p.do('dial 999')
    p.do('wait ended 1 10')
    p.do('wait established 0.2')
    ends(p, 6)
    need("line 4: no 'established'" in p.stderr(), p.stderr())


@test(20)
def script_refuses(t):
    for text in ('frob', 'dial', 'volume 1 101', 'reject 1 200', 'wait nothing 1', 'hold x',
                 'a' * 2000):
        p = phone(t)
        p.do(text)
        ends(p, 2)
        need(re.search(r'line 1 is|line is too long|line 1 is too', p.stderr()), p.stderr())


@test(20)
def resolve_and_devices(t):
    r = run([CLI, '--json', '--map', 'MAP a.test [::1]:5, X', 'resolve', 'a.test:7'])
    events = [json.loads(text) for text in r.stdout.splitlines()]
    need([e['event'] for e in events] == ['host_map_problem', 'resolved'], r.stdout)
    need(events[0]['rule'] == 2 and 'byte 20' in events[0]['text'], r.stdout)
    need(events[1]['mapped'] == '[::1]:5' and events[1]['addresses'] == ['[::1]:5'], r.stdout)
    r = run([CLI, '--json', '--map', 'MAP * ^NOTFOUND', 'resolve', 'a.test'], check=False)
    need(r.returncode == 3 and json.loads(r.stdout)['code'] == 'name_not_found', r.stdout)
    devices = json.loads(run([CLI, '--json', 'devices']).stdout)
    need(isinstance(devices['devices'], list), f'{devices}')


@test(40)
def devices_are_tried(t):
    """A tune, then the microphone, which hears nothing here."""
    pulse = t.own(Pulse(t.dir))
    r = run([CLI, '--json', 'devices', '--test'], check=False, env=pulse.env)
    need(r.returncode == 5, f'exit {r.returncode}: {r.stdout}')
    events = [json.loads(text) for text in r.stdout.splitlines()]
    names = {d['name'] for d in events[0]['devices']}
    need(names == {'bus', 'micfeed', 'spk', 'mic'}, f'{names}')
    steps = [e['step'] for e in events if e['event'] == 'sound_test']
    need(steps[:3] == ['plays', 'ended', 'listens'], f'{steps}')
    need(steps[-2:] == ['repeats', 'ended'] and steps.count('listens') > 35, f'{steps}')


@test(20)
def for_people(t):
    r = run([CLI, *line(t).options(), 'call', '601', '--for', '0.5'])
    for words in ('registered for 600 s', 'call 1 dialing 601', 'established after', 'first audio',
                  'AEAD_AES_256_GCM', 'ended local_hangup'):
        need(words in r.stdout, f'no "{words}" in {r.stdout}')


# ---- a sound server that hangs ----

@test(40)
def sound_server_hangs(t):
    """Neither the list of devices nor a call waits for it for long."""
    pulse = t.own(Pulse(t.dir))
    need(b'micfeed' in subprocess.check_output([CLI, 'devices'], env={**os.environ, **pulse.env}),
         'no list of devices before')
    pulse.p.signal(signal.SIGSTOP)
    start = time.monotonic()
    r = run([CLI, '--timeout', '1', 'devices'], check=False, env=pulse.env)
    need(r.returncode == 6, f'exit {r.returncode}: {r.stdout}')
    took = time.monotonic() - start
    need(took < 1 + 2.5, f'the list of devices ends after {took:.1f} s')
    p = phone(t, options=('--audio-in', 'device', '--audio-out', 'device'), env=pulse.env)
    p.wait('registered')
    p.do('dial 601')
    p.wait('established')
    p.wait('first_audio')
    p.do('hangup 1')
    need(p.wait('ended')['code'] == 'local_hangup', 'the call')
    start = time.monotonic()
    need(p.finish() == 0, 'exit')
    took = time.monotonic() - start
    need(took < 3.5, f'the phone ends after {took:.1f} s')


# ---- the password ----

@test(20)
def password_is_nowhere(t):
    """From the environment, with everything logged: not in output, arguments or environment."""
    secret = line(t).password
    p = t.own(Phone(t.dir, line(t).options('--trace', '--verbose', password=False),
                    ('call', '600', '--for', '0.5'), password=secret))
    p.wait('registered')
    for name in ('cmdline', 'environ'):
        with open(f'/proc/{p.pid}/{name}', 'rb') as f:
            need(secret.encode() not in f.read(), f'the password is in /proc/PID/{name}')
    ends(p, 0)
    log = p.stderr()
    need('REGISTER sip:' in log and 'Authorization: ' in log, f'no trace: {log[-300:]}')
    need(secret not in log + json.dumps(p.events), 'the password is in the output')
    need(not re.search(r'response="?[0-9a-f]{8}', log), 'an answer to a challenge is in the log')
