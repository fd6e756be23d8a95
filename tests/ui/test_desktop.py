"""The telephone on its desktop: started again, started twice, closed, the keyring, names."""
import re

import lab
from lab import pbx
from proc import need, wait_for
from runner import test
from stage import (CONNECT, INCOMING, LOGIN, PASSWORD, READY, SETTINGS, Typewriter, account_home,
                   caller, desktop, dial, enter, leave_settings, open_phone, open_settings,
                   signed_in, speaker, trust)
from window import APP_TITLE, is_switch

IN_FILE = 'This desktop has no keyring. The password is kept in a file that only you can read.'
LOCKED = 'The keyring is locked. Unlock it, or enter the password at each start.'


@test(90)
def connects_by_itself(t):
    """And leaves the PBX when it is closed, each time."""
    server = pbx(t)
    home = account_home(t)
    for _ in range(2):
        w = open_phone(t, home)
        w.find(READY, timeout=CONNECT)
        need(w.frames() == [APP_TITLE], f'{w.frames()}')
        need(len(server.contacts(LOGIN)) == 1, f'{server.contacts(LOGIN)}')
        w.shot('ready')
        need(w.quit() == 0, 'a bad exit')
        need(not server.contacts(LOGIN), f'{server.contacts(LOGIN)}')


@test(60)
def second_start(t):
    """It brings the first to the front, and ends."""
    w = signed_in(t)
    typewriter = t.own(Typewriter(t.dir))
    typewriter.need_keys()
    second = open_phone(t, t.path('home'))
    need(second.exit(20) == 0, f'exit {second.p.returncode}')
    w.wait_keyboard()
    need(len(pbx(t).contacts(LOGIN)) == 1, f'{pbx(t).contacts(LOGIN)}')
    w.shot('in-front')
    third = open_phone(t, t.path('home'), ('tel:+74951234567',))
    need(third.exit(20) == 0, f'exit {third.p.returncode}')
    wait_for('the number', lambda: w.read('Number') == '+7 (495) 123-45-67', 10)
    w.shot('number')


@test(90)
def closed_in_a_call(t):
    """The window asks; the call goes on until one says so."""
    server = pbx(t)
    w = signed_in(t)
    dial(w, '600')
    w.key('alt+F4')    # the window manager's
    w.wait_text('End the call and quit?')
    w.wait_text('1 call is under way. Quitting hangs it up.')
    w.shot('asks')
    w.wait_keyboard('End the call and quit?')
    w.wait_focus('Cancel')
    w.key('Return')     # does no harm
    w.gone('End the call and quit?')
    w.wait_text(re.compile('^Encrypted'))
    need(len(server.channels()) == 1, f'{server.channels()}')
    w.wait_keyboard()
    w.key('alt+F4')    # the window manager's
    w.wait_text('End the call and quit?')
    need(w.click_last('Hang up and quit', 15) == 0, f'exit {w.p.returncode}')
    server.wait_idle()
    need(not server.contacts(LOGIN), f'{server.contacts(LOGIN)}')


@test(60)
def closed_while_it_rings(t):
    """Quitting declines; the caller is told."""
    w = signed_in(t)
    who = caller(t)
    who.do(f'dial {LOGIN}')
    w.wait_frame(INCOMING, 20)
    w.key('ctrl+q')
    need(w.click_last('Hang up and quit', 15) == 0, f'exit {w.p.returncode}')
    ended = who.wait('ended')
    need(ended['code'] in ('declined', 'busy', 'unavailable'), f'{ended}')


@test(120)
def keyring_absent(t):
    """It says so, keeps the password in a file of one's own, and connects by itself from it."""
    server = pbx(t)
    desk = desktop(t)
    desk.stop_keyring()
    t.stack.callback(desk.start_keyring)
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    enter(w, server)
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.find(READY, timeout=CONNECT)
    w.wait_text(IN_FILE)
    w.shot('told')
    w.click('Understood')
    w.gone(IN_FILE)
    need(w.quit() == 0, 'a bad exit')
    again = open_phone(t)
    again.find(READY, timeout=CONNECT)
    again.shot('again')


@test(120)
def keyring_locked(t):
    """Nobody unlocks it: it says so, and the password can be typed."""
    desk = desktop(t)
    home = account_home(t)
    desk.stop_keyring()
    desk.start_keyring(unlocked=False)

    def unlock():
        desk.stop_keyring()
        desk.start_keyring()

    t.stack.callback(unlock)
    w = open_phone(t, home)
    w.find('Password needed', timeout=40)
    w.wait_text(f'No password is known for {LOGIN}. Enter it in the settings.')
    w.wait_text(LOCKED)
    w.shot('locked')
    open_settings(w)
    w.click('Save and connect', SETTINGS)   # as stored: it is asked for again, and not given
    w.wait_text('Enter the password.', CONNECT, SETTINGS)
    w.wait_marked('Password', frame=SETTINGS)
    w.type('Password', PASSWORD, SETTINGS)
    w.click('Save and connect', SETTINGS)
    w.find(READY, timeout=CONNECT)
    w.wait_no_frame(SETTINGS)
    w.shot('ready')


@test(120)
def names_of_controls(t):
    """Each has the name that a screen reader needs, and nothing that one can press is without."""
    w = open_phone(t)
    w.wait_frame(SETTINGS, CONNECT)
    w.need_names('Display name', 'Server', 'Port', 'Path', 'Login', 'Password',
                 'Save and connect', 'STUN servers', 'Host mapping', 'Microphone', 'Speaker',
                 'Ring sound', frame=SETTINGS)
    enter(w, pbx(t))
    w.click('Save and connect', SETTINGS)
    w.wait_frame('Certificate', CONNECT)
    w.need_names('Stop', 'Trust for this account', frame='Certificate')
    trust(w)
    w.find(READY, timeout=CONNECT)
    w.wait_no_frame(SETTINGS)
    w.need_names('Number', 'Call', 'Main menu', READY, 'Dial', 'Journal', *'0123456789*#')
    w.click('Main menu')
    w.need_names(SETTINGS, 'Keyboard shortcuts', 'About ARS Phone', 'Quit')
    w.shot('menu')
    w.key('Escape')
    who = caller(t)
    who.do(f'dial {LOGIN}')
    w.wait_frame(INCOMING, 20)
    w.need_names('Answer', 'Decline', frame=INCOMING)
    w.click('Answer', INCOMING)
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    w.need_names('Hang up', 'Hold', 'Mute', 'Keypad', 'Volume', 'Back')
    w.click('Hold')
    w.find('Resume')
    w.need_names('Resume')
    w.click('Hang up')
    w.gone('Hang up')
    w.click('Journal')
    w.find('Call back Bob Hundredone')
    w.need_names('Search', 'Delete all calls', 'Call back Bob Hundredone')


@test(150)
def server_lost_and_changed(t):
    """It crashes in a call, comes back, and comes back with another certificate."""
    server = lab.own_pbx(t)
    w = open_phone(t, account_home(t, port=server.wss, pin=pin_of(server)))
    w.find(READY, timeout=CONNECT)
    dial(w, '600')
    server.kill()
    w.find(re.compile(', trying again in [0-9]+ s$'), timeout=CONNECT)
    w.wait_text('pbx.test takes no connection. Check its name and port, or the network.')
    w.shot('lost')
    server.start()
    w.find(READY, timeout=60)
    w.wait_text('The server lost the call', 20)
    w.shot('back')
    w.key('Escape')
    w.gone('Call again')
    old = server.pin()
    server.kill()
    server.certify(renew=True)
    need(server.pin() != old, 'the certificate has not changed')
    server.start()
    w.find(re.compile('^Certificate not trusted, trying again in '), timeout=60)
    w.click('Look')
    w.wait_text('it is not the one that was accepted for this account', frame='Certificate')
    w.shot('another-certificate')
    trust(w)
    w.find(READY, timeout=CONNECT)
    dial(w, '600')
    w.key('ctrl+d')
    w.gone('Hang up')


def pin_of(server):
    return server.pin().replace(':', '').lower()


@test(90)
def ring_sound(t):
    """Switched off in the settings, it is off; and on again."""
    w = signed_in(t)
    who = caller(t)
    for n, loud in ((1, False), (2, True)):
        open_settings(w)
        w.click('Sound', SETTINGS)
        w.press('Ring sound', SETTINGS, is_switch)
        w.wait_checked('Ring sound', loud, SETTINGS)
        w.shot(f'ring-{"on" if loud else "off"}')
        leave_settings(w)
        who.do(f'dial {LOGIN}')
        w.wait_frame(INCOMING, 20)
        ear = speaker(t)
        if loud:
            ear.wait_loud()
        else:
            t.figure(f'switched off {ear.wait_silence(2.5):.0f} dBFS')
        w.click('Decline', INCOMING)
        who.wait('ended', call=n)
        w.wait_no_frame(INCOMING)
