"""The account: typed, refused and mended, trusted; what is kept, and what nobody may read."""
import json
import os
import re

from lab import NAME, pbx
from proc import need, run, wait_for
from runner import test
from stage import (CERTIFICATE, CONNECT, LOGIN, PASSWORD, READY, SETTINGS, caller, dial, enter,
                   leave_settings, open_phone, open_settings, settings_file, signed_in, trust)
from window import Listener


@test(90)
def typed_and_trusted(t):
    """All on the keyboard. The certificate says what one needs to decide; the dialog closes."""
    server = pbx(t)
    mark = server.mark()
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    w.wait_keyboard(SETTINGS)
    w.shot('first-start')
    for text in ('Anna', NAME, str(server.wss), '/ws', LOGIN, PASSWORD):
        w.keys(text)
        w.key('Tab')
    w.key('Tab', 'Tab', 'Tab')  # past the question of referrals, the ringing time and the codes
    w.key('space')
    w.wait_still('STUN servers', SETTINGS)
    w.key('Tab', 'Tab')
    w.keys(f'MAP {NAME} 127.0.0.1')
    w.wait_text(f'{NAME}:{server.wss} becomes 127.0.0.1:{server.wss}', frame=SETTINGS)
    w.shot('typed')
    w.key('Tab', 'Tab', 'Tab', 'Tab', 'Return')     # past relay, details and dial rules
    w.wait_frame(CERTIFICATE, CONNECT)
    need_certificate(w, server)
    need(server.received('REGISTER', mark) == 0, 'something was sent over it')
    w.press('Trust for this account', CERTIFICATE)
    w.wait_no_frame(CERTIFICATE)
    w.find(READY, timeout=CONNECT)
    w.wait_no_frame(SETTINGS)
    w.shot('ready')
    need(len(server.contacts(LOGIN)) == 1, f'{server.contacts(LOGIN)}')
    need(re.search(r'\nFrom: "?Anna"? <sip:100@pbx\.test', server.since(mark)),
         'no display name in the REGISTER')
    with open(settings_file(t.path('home')), encoding='utf-8') as f:
        kept = f.read()
    need(server.pin().replace(':', '').lower() in kept.lower(), 'the pin is not kept')
    need(w.quit() == 0, 'a bad exit')
    need(not server.contacts(LOGIN), 'still registered after it was closed')


def need_certificate(w, server):
    """Who, until when, SHA-256, and why it was refused."""
    shown = '\n'.join(w.texts(CERTIFICATE))
    until = run(['openssl', 'x509', '-in', os.path.join(server.state, 'tls', 'server.pem'),
                 '-noout', '-enddate', '-dateopt', 'iso_8601']).stdout.split('=')[1].split()[0]
    until = run(['date', '-d', until, '+%-d %B %Y']).stdout.strip()
    for part in ('its issuer is not known here', 'CN=pbx.test', 'CN=ARS Phone test CA', until):
        need(part in shown, f'"{part}" is not in {shown}')
    need(server.pin() in shown.replace('\n', ':'), f'no SHA-256 in {shown}')
    w.shot('certificate')


@test(90)
def certificate_stop(t):
    """Not trusted: nothing is sent, it says so where one looks, and one may still decide."""
    server = pbx(t)
    mark = server.mark()
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    enter(w, server)
    w.click('Save and connect', SETTINGS)
    w.wait_frame(CERTIFICATE, CONNECT)
    w.click('Stop', CERTIFICATE)
    w.wait_no_frame(CERTIFICATE)
    w.wait_text(re.compile(r'^The certificate of pbx\.test is not trusted'), frame=SETTINGS)
    w.wait_marked('Server', frame=SETTINGS)
    w.shot('stopped')
    leave_settings(w)
    w.find('Certificate not trusted')
    w.keys('600')
    w.key('Return')
    w.wait_text('There is no connection to the server')
    need(not w.is_enabled('Call'), 'one can call')
    need(server.received('REGISTER', mark) == 0, 'something was sent over it')
    w.shot('not-trusted')
    w.click('Look')
    trust(w)
    w.find(READY, timeout=CONNECT)
    w.shot('ready')


@test(120)
def refused_and_mended(t):
    """What the server does not take is said in words at its field; mended, it connects."""
    server = pbx(t)
    w = signed_in(t)

    def save(field, value, words, shot):
        open_settings(w)
        w.type(field, value, SETTINGS)
        w.click('Save and connect', SETTINGS)
        w.wait_text(words, CONNECT, SETTINGS)
        w.wait_marked(field, frame=SETTINGS)
        w.shot(shot)

    def mend(field, value):
        w.type(field, value, SETTINGS)
        w.wait_marked(field, False, SETTINGS)
        w.click('Save and connect', SETTINGS)

    def closes():
        w.find(READY, timeout=CONNECT)
        w.wait_no_frame(SETTINGS)

    save('Password', 'wrong', 'pbx.test refused the login or the password of 100. Check both.',
         'wrong-password')
    w.find('Wrong password')
    mend('Password', PASSWORD)
    closes()
    save('Path', '/nothing', 'pbx.test has no telephone at this path. Check the path.',
         'wrong-path')
    mend('Path', '/ws')
    closes()
    save('Server', 'no-such.test',
         'There is no server called no-such.test. Check its name, or the network.', 'wrong-name')
    mend('Server', NAME)
    trust(w)    # another server is another certificate
    closes()
    need(len(server.contacts(LOGIN)) == 1, f'{server.contacts(LOGIN)}')


@test(90)
def imported_and_removed(t):
    """The account of the phone that was here before; and nothing stays once it is removed."""
    server = pbx(t)
    old = t.path('home/config/sip-phone')
    os.makedirs(old)
    with open(os.path.join(old, 'sip-config.json'), 'w', encoding='utf-8') as f:
        json.dump({'displayName': 'Анна', 'server': NAME, 'port': server.wss, 'login': LOGIN,
                   'password': PASSWORD}, f)
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    w.wait_text('Settings of the previous phone were found', frame=SETTINGS)
    w.shot('offered')
    w.click('Import', SETTINGS)
    w.gone('Import', frame=SETTINGS)
    got = [w.read(field, SETTINGS) for field in ('Display name', 'Server', 'Port', 'Login')]
    need(got == ['Анна', NAME, str(server.wss), LOGIN], f'{got}')
    w.type('Path', '/ws', SETTINGS)     # it was made for FreeSWITCH, which has none
    w.type('Host mapping', f'MAP {NAME} 127.0.0.1', SETTINGS)
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.find(READY, timeout=CONNECT)
    w.wait_no_frame(SETTINGS)
    open_settings(w)
    w.click('Remove this account', SETTINGS)
    w.wait_text('Remove this account?')
    w.shot('remove')
    w.click('Remove')
    w.find('No account')
    wait_for('un-registered', lambda: not server.contacts(LOGIN), 10)
    w.shot('removed')
    need(w.quit() == 0, 'a bad exit')
    with open(settings_file(t.path('home')), encoding='utf-8') as f:
        need(NAME not in f.read(), 'the account is still in the settings')
    again = open_phone(t)
    again.wait_frame(SETTINGS, CONNECT)
    need(again.read('Server', SETTINGS) == '', 'the server is still known')


@test(60)
def changed_in_a_call(t):
    """What is the same again ends no call; what is not asks first."""
    server = pbx(t)
    w = signed_in(t)
    dial(w, '600')
    open_settings(w)
    w.click('Save and connect', SETTINGS)
    w.wait_no_frame(SETTINGS, CONNECT)
    need(len(server.channels()) == 1, f'{server.channels()}')
    open_settings(w)
    w.type('Display name', 'Анна Иванова', SETTINGS)
    w.click('Save and connect', SETTINGS)
    w.wait_text('End the call and save?')
    w.shot('asks')
    w.wait_keyboard('End the call and save?')
    w.wait_focus('Cancel')
    w.key('Return')     # does no harm
    w.gone('End the call and save?')
    need(len(server.channels()) == 1, f'{server.channels()}')
    w.click('Save and connect', SETTINGS)
    w.click('Hang up and save')
    w.wait_no_frame(SETTINGS, CONNECT)
    w.find(READY, timeout=CONNECT)
    server.wait_idle()


@test(60)
def broken_settings(t):
    """Set aside and told, never written over."""
    file = settings_file(t.path('home'))
    os.makedirs(os.path.dirname(file))
    with open(file, 'w', encoding='utf-8') as f:
        f.write('{"version": 1, "accounts": [')
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    told = w.wait_text(re.compile('^The settings could not be understood'))
    w.shot('told')
    aside = [name for name in os.listdir(os.path.dirname(file)) if name != 'settings.json']
    need(len(aside) == 1 and aside[0] in told, f'{aside}; told "{told}"')
    with open(os.path.join(os.path.dirname(file), aside[0]), encoding='utf-8') as f:
        need(f.read() == '{"version": 1, "accounts": [', 'what was set aside has changed')


@test(60)
def wrong_input(t):
    """Marked at its field before anything is sent."""
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    w.type('Server', 'wss://pbx.test/ws', SETTINGS)
    w.type('Port', '77777', SETTINGS)
    w.type('Host mapping', 'MAP pbx.test', SETTINGS)
    w.click('Save and connect', SETTINGS)
    w.wait_text('Only the name belongs here, without “wss://” and path.', frame=SETTINGS)
    w.wait_text('The port is a number from 1 to 65535.', frame=SETTINGS)
    w.wait_text('Enter the login, often the same as your own number.', frame=SETTINGS)
    w.wait_text('Enter the password.', frame=SETTINGS)
    w.wait_text(re.compile('^Rule 1: MAP takes a pattern and a target'), frame=SETTINGS)
    for field in ('Server', 'Port', 'Login', 'Password', 'Host mapping'):
        w.wait_marked(field, frame=SETTINGS)
    w.shot('marked')
    w.type('Port', '7443', SETTINGS)
    w.wait_marked('Port', False, SETTINGS)


@test(90)
def password_unreadable(t):
    """Neither accessibility nor a file nor the log has it, not while it is typed either."""
    secret = 'Zx9-kein-Wort'
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    enter(w, pbx(t), password='x')
    w.type('Password', '', SETTINGS)
    listener = t.own(Listener())
    w.press('Login', SETTINGS)
    w.keys('7')
    need('7' in listener.wait('Login', 1), 'nothing is told of a field that hides nothing')
    w.press('Password', SETTINGS)
    for n, key in enumerate(secret):
        w.keys(key)
        if n in (1, 6):
            w.need_unreadable(secret[:n + 1])
    w.append('Password', '1', SETTINGS)
    secret += '1'
    told = ''.join(listener.wait('Password', len(secret)))
    need(not set(told) & set(secret), f'a screen reader is told "{told}"')
    w.need_unreadable(secret)
    w.shot('typed')
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.wait_text(re.compile('^pbx.test refused'), CONNECT, SETTINGS)
    w.need_unreadable(secret)
    for folder, _, names in os.walk(t.dir):
        for name in names:
            with open(os.path.join(folder, name), 'rb') as f:
                need(secret.encode() not in f.read(), f'the password is in {name}')
    need(secret not in pbx(t).since(0), 'the password was sent')


@test(120)
def second_account(t):
    """Added beside the first: it rings, says for whom, dials when it is chosen, and is switched off."""
    server = pbx(t)
    w = signed_in(t)
    open_settings(w)
    w.click('Add another account', SETTINGS)
    enter(w, server, login='102')
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.wait_no_frame(SETTINGS)
    w.find(READY)               # the first dials, as before
    need(server.contacts(LOGIN) and server.contacts('102'), 'not both are registered')
    who = caller(t)
    rings = 'Incoming call: Bob Hundredone'
    who.do('dial 102')
    w.wait_frame(rings, 20)
    w.wait_text(f'For 102 at {NAME}', frame=rings)
    w.shot('rings')
    w.press('Decline', rings)
    w.wait_no_frame(rings)
    who.wait('ended')
    open_settings(w)
    w.press(f'Dial with this account: 102 at {NAME}', SETTINGS)
    leave_settings(w)
    w.find('Ready · 102')
    mark = server.mark()
    dial(w, '600')
    need(re.search(r'\nFrom: .*<sip:102@', server.since(mark)), 'it is not 102 who calls')
    w.click('Hang up')
    server.wait_idle()
    open_settings(w)
    w.press(f'Connect this account: 102 at {NAME}', SETTINGS)
    w.wait_text('Switched off', frame=SETTINGS)
    w.shot('switched-off')
    leave_settings(w)
    w.find(READY)               # and the first dials again
    wait_for('102 has left', lambda: not server.contacts('102'), 10)
    need(server.contacts(LOGIN), 'the first has gone too')
    with open(settings_file(t.path('home')), encoding='utf-8') as f:
        need([a.get('disabled', False) for a in json.load(f)['accounts']] == [False, True],
             'not kept')
    need(w.quit() == 0, 'a bad exit')
