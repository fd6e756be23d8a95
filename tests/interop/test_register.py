"""Registration: digest, certificates, pins."""
import os

from connect_proxy import ConnectProxy
from lab import options, own_pbx, pbx, phone, registered
from phone import Phone
from proc import need, run
from runner import test


@test(30)
def register_md5(t):
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '100', ('register', '--for', '1'))
    event = p.wait('registered')
    t.figure(f'start to registered {event["t"]} ms')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    server.wait_log(r'REGISTER sip(.|\n)*Authorization: Digest', mark, 2)
    need(not server.contacts('100'), 'still registered after the end')


@test(30)
def register_sha256(t):
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '103', ('register', '--for', '1'))
    p.wait('registered')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    answer = server.wait_log(r'Authorization: Digest [^\n]*', mark, 2).group(0)
    need('algorithm=SHA-256' in answer, f'not the strongest algorithm: {answer}')


@test(30)
def password_stays_secret(t):
    """It comes from a file, and is in no output and not in the argument list."""
    server = pbx(t)
    path = t.path('password')
    with open(path, 'w', encoding='ascii') as f:
        f.write('secret100\n')
    p = t.own(Phone(t.dir, options(server, '100', extra=('--password-file', path)),
                    ('register', '--for', '1')))
    p.wait('registered')
    with open(f'/proc/{p.pid}/cmdline', 'rb') as f:
        need(b'secret100' not in f.read(), 'the password is in the argument list')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    need('secret100' not in p.stderr() + str(p.events), 'the password is in the output')


@test(30)
def wrong_password(t):
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '100', ('register', '--for', '5'), password='wrong')
    event = p.wait('registration_failed')
    need(event.get('code') == 'wrong_password', f'{event}')
    need(p.exit() == 3, f'exit {p.p.returncode}')
    n = server.received('REGISTER', mark)
    need(n == 2, f'{n} REGISTERs instead of one without and one with an answer')


@test(30)
def wrong_password_no_loop(t):
    """A phone that goes on running does not try the same password again."""
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '101', password='wrong')
    event = p.wait('registration_failed')
    need(event.get('code') == 'wrong_password', f'{event}')
    p.quiet(('registering', 'registered', 'registration_failed'), 6)
    n = server.received('REGISTER', mark)
    need(n == 2, f'{n} REGISTERs')
    t.figure(f'{n} REGISTERs in 6 s')


def refused(t, p, server, mark, words):
    event = p.wait('registration_failed')
    need(event.get('code') == 'certificate', f'{event}')
    need(server.pin().replace(':', '').lower() in str(event).replace(':', '').lower(),
         f'no SHA-256 of the certificate in {event}')
    need('pbx.test' in str(event.get('cert', event)), f'no subject in {event}')
    need(any(w in str(event).lower() for w in words), f'none of {words} in {event}')
    need(p.exit() == 3, f'exit {p.p.returncode}')
    need(server.received('REGISTER', mark) == 0, 'something was sent over it')
    t.figure(f'"{event.get("text", "")}"')


@test(30)
def wrong_ca(t):
    server = pbx(t)
    mark = server.mark()
    run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj',
         '/CN=Another CA', '-keyout', t.path('ca.key'), '-out', t.path('ca.pem')])
    p = phone(t, server, '100', ('register', '--for', '1'), ca=t.path('ca.pem'))
    refused(t, p, server, mark, ('issuer', 'trust', 'unable', 'self'))


@test(30)
def no_ca(t):
    """The system's store alone does not know our CA: checking is on by default."""
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '100', ('register', '--for', '1'), trust=False)
    refused(t, p, server, mark, ('issuer', 'trust', 'unable', 'self'))


@test(30)
def wrong_host_name(t):
    server = pbx(t)
    mark = server.mark()
    p = phone(t, server, '100', ('register', '--for', '1'), name='other.test')
    refused(t, p, server, mark, ('host', 'name'))


@test(30)
def pinned(t):
    """A pin takes the place of the CA, and even of the name."""
    server = pbx(t)
    p = phone(t, server, '100', ('register', '--for', '1'), trust=False, name='other.test',
              extra=('--pin', server.pin()))
    p.wait('registered')
    need(p.exit() == 0, f'exit {p.p.returncode}')


@test(60)
def repinned(t):
    """The pinned certificate changes: refused, although nothing else did; the new pin is taken."""
    server = own_pbx(t)
    old = server.pin()
    pin = ('--pin', old)
    p = phone(t, server, '100', trust=False, extra=pin)
    p.wait('registered')
    server.stop()
    server.certify(renew=True)
    need(server.pin() != old, 'the certificate has not changed')
    server.start()
    mark = server.mark()
    event = p.wait('registration_failed', 15, code='certificate', pass_over=('registration_failed',))
    need(server.received('REGISTER', mark) == 0, 'something was sent over it')
    t.figure(f'running phone: "{event.get("text", "")}"')
    p.stop()
    p = phone(t, server, '100', ('register', '--for', '1'), trust=False, extra=pin)
    refused(t, p, server, mark, ('pin', 'changed', 'another', 'certificate'))
    # a pin is for this account alone and does not weaken it: with the CA too, the pin still decides
    p = phone(t, server, '100', ('register', '--for', '1'), extra=pin)
    refused(t, p, server, mark, ('pin', 'changed', 'another', 'certificate'))
    p = phone(t, server, '100', ('register', '--for', '1'), trust=False,
              extra=('--pin', server.pin()))
    p.wait('registered')
    need(p.exit() == 0, f'exit {p.p.returncode}')


@test(30)
def through_http_proxy(t):
    """The environment's proxy is asked for the mapped address, and can be left out per account."""
    server = pbx(t)
    proxy = t.own(ConnectProxy())
    env = {'https_proxy': f'http://127.0.0.1:{proxy.port}', 'no_proxy': ''}
    p = phone(t, server, '100', ('register', '--for', '1'), env=env)
    p.wait('registered')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    need(proxy.targets == [f'127.0.0.1:{server.wss}'], f'asked for {proxy.targets}')
    p = phone(t, server, '100', ('register', '--for', '1'), env=env, extra=('--no-proxy',))
    p.wait('registered')
    need(p.exit() == 0, f'exit {p.p.returncode}')
    need(len(proxy.targets) == 1, 'the proxy was asked although it is switched off')
    proxy.stop()
    p = phone(t, server, '100', ('register', '--for', '1'), env=env, extra=('--timeout', '2'))
    event = p.wait('registration_failed')
    need(event.get('code') == 'proxy', f'{event}')
    need(p.exit() == 3, f'exit {p.p.returncode}')


@test(30)
def name_not_found(t):
    """A rule can say that there is no such host."""
    server = pbx(t)
    args = options(server, '100')
    args[args.index('--map') + 1] = 'MAP pbx.test ^NOTFOUND'
    p = t.own(Phone(t.dir, args, ('register', '--for', '1'), 'secret100'))
    event = p.wait('registration_failed')
    need(event.get('code') == 'name_not_found', f'{event}')
    need(p.exit() == 3, f'exit {p.p.returncode}')


@test(30)
def second_phone_of_an_account(t):
    """Each finds its own Contact in the 200 and un-registers only that."""
    server = pbx(t)
    a = registered(t, server, '100')
    b = registered(t, server, '100')
    need(len(server.contacts('100')) == 2, f'{server.contacts("100")}')
    need(a.finish() == 0, f'exit {a.p.returncode}')
    need(len(server.contacts('100')) == 1, f'{server.contacts("100")}')
    need(b.finish() == 0, f'exit {b.p.returncode}')
    need(not os.path.exists(f'/proc/{b.pid}') or not server.contacts('100'), 'still registered')


@test(30)
def qualified(t):
    """The server asks by OPTIONS whether we are there."""
    server = pbx(t)
    p = registered(t, server)
    mark = server.mark()
    server.cli('pjsip qualify 100')
    server.wait_log(r'SIP/2\.0 200 OK\s+(?:\S[^\n]*\n)*CSeq: \d+ OPTIONS\s+Allow: ', mark, 5)
    need(p.finish() == 0, f'exit {p.p.returncode}')
