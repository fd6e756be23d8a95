"""
The window, registered with Asterisk on loopback, beside an empty libadwaita window: the same display,
bus and renderer, in turn. The account and its password are typed once, and kept as a user's are.
"""
import ctypes
import os
import select
import socket
import struct
import subprocess
import threading
import time

import asterisk
from desktop import Desktop
from figures import RELEASE, cpu_fine_s, pss_mib, wakeups
from proc import Failed, end, run, wait_for
from pulse import Pulse
from window import APP_TITLE, Window, can_act

PHONE = os.path.join(RELEASE, 'ars-phone')
EMPTY = os.path.join(RELEASE, 'bench_empty_window')
PRELOAD = os.path.join(RELEASE, 'bench_first_frame.so')
FLOOR_FACTOR = 1.3
REGISTERED_MS = 350
PSS_IDLE_MIB = 35
PSS_CALL_MIB = 45
CPU_IDLE_S = 0.02       # a minute
WAKEUPS = 1.0           # a second
CLICK_INVITE_MS = 40    # half of what the first sound may take
SETTLE_S = 14           # GTK's caret blinks for 10 s, sixty pictures a second
IDLE_S = 30
LIMIT_S = 20


class Started:
    """A program from its start to its first frame, and what it says on stderr, line by line."""

    def __init__(self, argv, env=None):
        frame, write = os.pipe()
        os.set_inheritable(write, True)
        self.lines = []
        self.begun = time.monotonic()
        self.p = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=(write,), env=dict(os.environ, LD_PRELOAD=PRELOAD, GSK_RENDERER='cairo',
                                        GDK_DEBUG='gl-disable', BENCH_FRAME_FD=str(write),
                                        **(env or {})))
        os.close(write)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        ready = select.select([frame], [], [], LIMIT_S)[0]
        line = os.read(frame, 100).split(b'\n')[0] if ready else b''
        os.close(frame)
        if not line:
            self.stop()
            raise Failed(f'{argv[0]}: no frame: {self.lines[-3:]}')
        self.first_frame_ms = (float(line) - self.begun) * 1000

    pid = property(lambda self: self.p.pid)

    def _read(self):
        for line in self.p.stderr:
            self.lines.append((time.monotonic(), line.decode('utf-8', 'replace').rstrip()))

    def registered_ms(self):
        """From the start to the 200 for our REGISTER."""
        def probe():
            ok = None
            for at, line in self.lines:
                if line.startswith('SIP/2.0 '):
                    ok = at if line.startswith('SIP/2.0 200') else None
                if ok and line.startswith('CSeq:') and line.endswith('REGISTER'):
                    return ok
            return None
        try:
            return (wait_for('registered', probe, LIMIT_S) - self.begun) * 1000
        except Failed as e:
            raise Failed(f'{e}: {[line for _, line in self.lines[-30:]]}') from None

    def stop(self):
        end(self.p)
        self.reader.join()
        self.p.stderr.close()


class Open(Window):
    """One that runs already."""

    def __init__(self, folder, p):
        self.folder = folder
        self.p = p

    def stderr(self):
        return ''


class Pointer:
    """The display's own, without a program to start for each click."""

    def __init__(self):
        self.x = ctypes.CDLL('libX11.so.6')
        self.test = ctypes.CDLL('libXtst.so.6')
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(None))

    def _button(self, down):
        self.test.XTestFakeButtonEvent(self.display, 1, down, 0)
        self.x.XSync(self.display, 0)

    def click(self, w, name):
        """Returns when the button began to go up again, which is what clicks."""
        x, y, width, height = w.wait_still(name, can=can_act)
        run(['xdotool', 'mousemove', '--window', w.x_window(APP_TITLE), str(x + width // 2),
             str(y + height // 2)])
        self._button(1)
        t = time.monotonic()
        self._button(0)
        return t

    def stop(self):
        self.x.XCloseDisplay(self.display)


class Wire:
    """The moment of the first bytes from a client to a port of this machine."""

    def __init__(self, port):
        self.port = port
        self.s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.s.bind(('lo', 0))

    def sent(self):
        while True:
            if not select.select([self.s], [], [], 5)[0]:
                raise Failed('nothing left after the click')
            packet, at = self.s.recv(65536), time.monotonic()
            head = 4 * (packet[0] & 15)
            to = struct.unpack_from('!H', packet, head + 2)[0]
            if packet[9] == 6 and to == self.port and \
                    len(packet) > head + 4 * (packet[head + 12] >> 4):
                return at

    def stop(self):
        self.s.close()


def type_account(bench, pbx, home, cards):
    """As a user does; the password goes to the keyring."""
    w = Window(bench.dir, home, env=cards, program=(PHONE,))
    try:
        for field, text in (('Server', 'localhost'), ('Port', str(pbx.wss)), ('Path', '/ws'),
                            ('Login', '100'), ('Password', 'secret100')):
            w.type(field, text, 'Settings')
        w.click('Save and connect', 'Settings')
        w.click('Trust for this account', timeout=15)
        w.wait_text('Ready · 100', 15)
        w.quit()
    finally:
        w.stop()


def phone(home, cards):
    return Started([PHONE, '--trace'], {'XDG_CONFIG_HOME': f'{home}/config',
                                        'XDG_DATA_HOME': f'{home}/data', **cards})


def starts(bench, home, cards):
    floor, first, registered = [], [], []
    for _ in range(bench.runs):
        p = Started([EMPTY])
        floor.append(p.first_frame_ms)
        p.stop()
        p = phone(home, cards)
        first.append(p.first_frame_ms)
        registered.append(p.registered_ms())
        p.stop()
    least = bench.figure('start_first_frame.floor', floor, 'ms')
    bench.figure('start_first_frame', first, 'ms', FLOOR_FACTOR * least)
    bench.figure('start_registered', registered, 'ms', REGISTERED_MS)


def idle(bench, p):
    time.sleep(SETTLE_S)
    cpu, woken, t = cpu_fine_s(p.pid), wakeups(p.pid), time.monotonic()
    time.sleep(IDLE_S)
    t = time.monotonic() - t
    bench.figure('cpu_idle', [(cpu_fine_s(p.pid) - cpu) * 60 / t], 's/min', CPU_IDLE_S)
    bench.figure('wakeups_idle', [(wakeups(p.pid) - woken) / t], '1/s', WAKEUPS)
    bench.figure('pss_idle', [pss_mib(p.pid)], 'MiB', PSS_IDLE_MIB)


def memory_floor(bench):
    p = Started([EMPTY])
    try:
        time.sleep(SETTLE_S)
        bench.figure('pss_idle.floor', [pss_mib(p.pid)], 'MiB')
    finally:
        p.stop()


def calls(bench, p, pbx):
    """From the click to the INVITE on the wire; memory in a call."""
    w = Open(bench.dir, p.p)
    pointer = bench.own(Pointer())
    clicks, memory = [], []
    for _ in range(bench.runs):
        w.type('Number', '600')
        wire = Wire(pbx.wss)
        t = pointer.click(w, 'Call')
        clicks.append((wire.sent() - t) * 1000)
        wire.stop()
        w.wait_text('00:02', 15)
        memory.append(pss_mib(p.pid))
        w.click('Hang up')
        w.gone('Hang up')
    bench.figure('click_invite', clicks, 'ms', CLICK_INVITE_MS)
    bench.figure('pss_call', memory, 'MiB', PSS_CALL_MIB)


def measure(bench):
    bench.own(Desktop(bench.dir))
    pbx = bench.own(asterisk.Asterisk(bench.path('asterisk'), 24000))
    pbx.start()
    cards = {'PULSE_SERVER': bench.own(Pulse(bench.dir)).env['PULSE_SERVER']}
    home = bench.path('home')
    type_account(bench, pbx, home, cards)
    starts(bench, home, cards)
    memory_floor(bench)
    p = phone(home, cards)
    try:
        p.registered_ms()
        idle(bench, p)
        calls(bench, p, pbx)
    finally:
        p.stop()
