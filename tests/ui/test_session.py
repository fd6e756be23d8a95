"""What the telephone takes from its session: the old client's account; a machine that stays awake."""
import json
import os
import re
import shutil
import tempfile
import threading
import time

from gi.repository import Gio, GLib

from lab import pbx
from proc import Process, need, wait_for
from runner import test
from stage import (CONNECT, INCOMING, LOGIN, PASSWORD, READY, SETTINGS, account_home, caller, dial,
                   open_phone, say_tone, settings_file, speaker, trust)

RECONNECTING = 'Reconnecting…'

LOGIND = """<node><interface name="org.freedesktop.login1.Manager"><method name="Inhibit">
<arg name="what" type="s" direction="in"/><arg name="who" type="s" direction="in"/>
<arg name="why" type="s" direction="in"/><arg name="mode" type="s" direction="in"/>
<arg name="lock" type="h" direction="out"/></method>
<signal name="PrepareForSleep"><arg type="b"/></signal></interface></node>"""


class Logind:
    """A system bus of our own, and on it who keeps the machine awake. A lock is one end of a pipe."""

    def __init__(self, t):
        self.dir = tempfile.mkdtemp(prefix='ars-bus-')     # a socket's path is short
        self.address = f'unix:path={self.dir}/bus'
        self.bus = Process(['dbus-daemon', '--session', '--nofork', '--nopidfile',
                            f'--address={self.address}'], t.path('system-bus.txt'))
        wait_for('a bus', lambda: os.path.exists(self.address.partition('=')[2]), 10)
        self.env = {'DBUS_SYSTEM_BUS_ADDRESS': self.address}
        self.locks = []     # (what, who, why, mode), our end of the pipe
        self.ready = threading.Event()
        self.context = GLib.MainContext()
        self.loop = GLib.MainLoop.new(self.context, False)
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        need(self.ready.wait(10), 'no logind')

    def _serve(self):
        self.context.push_thread_default()
        flags = Gio.DBusConnectionFlags
        bus = Gio.DBusConnection.new_for_address_sync(
            self.address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.system = bus
        interface = Gio.DBusNodeInfo.new_for_xml(LOGIND).interfaces[0]
        bus.register_object('/org/freedesktop/login1', interface, self._on_call, None, None)
        Gio.bus_own_name_on_connection(bus, 'org.freedesktop.login1', 0,
                                       lambda *_: self.ready.set(), None)
        self.loop.run()
        bus.close_sync(None)
        self.context.pop_thread_default()

    def _on_call(self, bus, sender, path, interface, method, arguments, invocation):
        ours, theirs = os.pipe()
        fds = Gio.UnixFDList.new_from_array([theirs])   # takes theirs over
        self.locks.append((arguments.unpack(), ours))
        invocation.return_value_with_unix_fd_list(GLib.Variant('(h)', (0,)), fds)

    def held(self, mode='block'):
        """What is kept from happening now, or (delay) waits for us."""
        now = []
        for what, fd in self.locks:
            if what[3] != mode:
                continue
            os.set_blocking(fd, False)
            try:
                if os.read(fd, 1) == b'':
                    continue    # the other end was closed everywhere
            except BlockingIOError:
                now.append(what)
        return now

    def prepare_for_sleep(self, about_to):
        self.system.emit_signal(None, '/org/freedesktop/login1', 'org.freedesktop.login1.Manager',
                                'PrepareForSleep', GLib.Variant('(b)', (about_to,)))

    def stop(self):
        self.loop.quit()
        self.thread.join()
        for _, fd in self.locks:
            os.close(fd)
        self.bus.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


@test(90)
def awake_in_a_call(t):
    """The machine does not fall asleep under a call, and may as soon as it is over."""
    home = account_home(t)
    logind = t.own(Logind(t))
    w = open_phone(t, home, env=logind.env)
    w.find(READY, timeout=CONNECT)
    need(not logind.held(), f'awake without a call: {logind.held()}')
    dial(w, '600')
    lock = wait_for('a lock', logind.held, 5)[0]
    need(set(lock[0].split(':')) >= {'sleep', 'idle'} and lock[3] == 'block', f'{lock}')
    need(lock[1:3] == ('ARS Phone', 'In a call'), f'{lock}')
    w.click('Hang up')
    wait_for('no lock', lambda: not logind.held(), 10)


@test(60)
def lid_closed_and_opened(t):
    """Un-registered before the machine sleeps, which waits for it; registered again after."""
    server = pbx(t)
    logind = t.own(Logind(t))
    w = open_phone(t, account_home(t), env=logind.env)
    w.find(READY, timeout=CONNECT)
    lock = wait_for('a delay', lambda: logind.held('delay'), 5)[0]
    need(lock[:2] == ('sleep', 'ARS Phone'), f'{lock}')
    logind.prepare_for_sleep(True)
    wait_for('no delay', lambda: not logind.held('delay'), 5)
    need(not server.contacts('100'), f'registered in its sleep: {server.contacts("100")}')
    w.find('No network', timeout=5)
    logind.prepare_for_sleep(False)
    woken = time.monotonic()
    w.find(READY, timeout=CONNECT)
    t.figure(f'ready {time.monotonic() - woken:.2f} s after')
    need(len(server.contacts('100')) == 1, f'{server.contacts("100")}')
    wait_for('the next delay', lambda: logind.held('delay'), 5)


@test(90)
def lid_closed_in_calls(t):
    """In talk: heard again. One that rings here: rings on. One that rings there: cancelled before."""
    server = pbx(t)
    logind = t.own(Logind(t))
    w = open_phone(t, account_home(t), env=logind.env)
    w.find(READY, timeout=CONNECT)
    who = caller(t)
    say_tone(t)

    def lid(while_closed=lambda: None):
        wait_for('a delay', lambda: logind.held('delay'), 5)
        logind.prepare_for_sleep(True)
        wait_for('no delay', lambda: not logind.held('delay'), 5)
        need(not server.contacts(LOGIN), f'registered in its sleep: {server.contacts(LOGIN)}')
        while_closed()
        logind.prepare_for_sleep(False)
        opened = time.monotonic()
        wait_for('a registration', lambda: server.contacts(LOGIN), CONNECT)
        return opened

    dial(w, '600')
    ear = speaker(t)
    ear.wait_tone()
    opened = lid(lambda: w.wait_text(RECONNECTING))
    w.gone(RECONNECTING)
    t.figure(f'the call is back {time.monotonic() - opened:.1f} s after')
    ear.wait_tone()
    w.click('Hang up')
    w.find(READY)
    who.do(f'dial {LOGIN}')
    w.wait_frame(INCOMING)
    lid()
    w.click('Answer', INCOMING)
    who.wait('established', 10)
    w.wait_text(re.compile('^Encrypted'), CONNECT)
    ear.wait_tone(600, within=3)
    who.do('hangup 1')
    who.wait('ended')
    w.find(READY)
    w.type('Number', '101')
    w.click('Call')
    who.wait('incoming')
    lid(lambda: who.wait('ended', 5))
    w.find(READY, timeout=CONNECT)
    server.wait_idle()


@test(90)
def old_client_is_imported(t):
    """Its file fills the fields, the password unseen; nothing is stored until one saves."""
    server = pbx(t)
    home = t.path('home')
    os.makedirs(f'{home}/config/SipClientApp')
    with open(f'{home}/config/SipClientApp/sip-config.json', 'w', encoding='utf-8') as f:
        json.dump({'sip_config': {'display_name': 'Анна', 'sip_server': 'localhost',
                                  'port': str(server.wss), 'username': '100',
                                  'password': PASSWORD}}, f)
    w = open_phone(t, home)
    w.wait_frame(SETTINGS, 15)
    w.wait_text('Settings of the previous phone were found', frame=SETTINGS)
    w.shot('offered')
    w.click('Import', SETTINGS)
    for field, text in (('Display name', 'Анна'), ('Server', 'localhost'),
                        ('Port', str(server.wss)), ('Login', '100')):
        wait_for(f'{field} {text}', lambda f=field, x=text: w.read(f, SETTINGS) == x, 5, every=0.1)
    w.gone('Settings of the previous phone were found', frame=SETTINGS)
    w.shot('filled')
    need(not os.path.exists(settings_file(home)), 'stored before it was saved')
    w.type('Path', '/ws', SETTINGS)     # the old client was for another PBX
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.find(READY, timeout=CONNECT)
    with open(settings_file(home), encoding='utf-8') as f:
        need(PASSWORD not in f.read(), 'the password is in a clear file')
