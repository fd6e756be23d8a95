"""What the tests of this folder share: the desktop, the telephone on it, an account, sound."""
import json
import os
import re
import shutil
import tempfile

import numpy as np

import lab
import wav
from desktop import Desktop
from lab import NAME, pbx, pulse
from proc import Failed, Process, run, wait_for
from window import Window

LOGIN = '100'
PASSWORD = f'secret{LOGIN}'
TYPEWRITER = 'another window'
READY = f'Ready · {LOGIN}'
SETTINGS = 'Settings'
CERTIFICATE = 'Certificate'
INCOMING = re.compile('^Incoming call: ')
CONNECT = 20    # seconds: a connection, TLS and a registration on a machine under load
SILENT = -60.0  # dBFS
TONE = 1000     # Hz
TONE_DBFS = -15.0
# what a steady tone is taken for is noise
PLAIN = {'echo': 'off', 'noise': 'off', 'gain': 'off', 'highpass': 'off'}


def network():
    """As for the tests without a window, and a name that is not in /etc/hosts does not exist."""
    lab.network()
    with tempfile.NamedTemporaryFile('w', encoding='ascii') as f:
        f.write('passwd: files\ngroup: files\nhosts: files\n')
        f.flush()
        run(['mount', '--bind', f.name, '/etc/nsswitch.conf'])


def desktop(t):
    return t.shared.get('desktop', Desktop)


# the telephone

def open_phone(t, home=None, argv=(), env=None):
    """The program, with the settings and data of that home (default: an empty one)."""
    desktop(t)
    return t.own(Window(t.dir, home or t.path('home'), argv,
                        env={'PULSE_SERVER': pulse(t).env['PULSE_SERVER'], **(env or {})}))


def enter(w, server, login=LOGIN, password=None, name=NAME, path='/ws'):
    """An account into the settings, which are open."""
    w.type('Display name', 'Анна', SETTINGS)
    w.type('Server', name, SETTINGS)
    w.type('Port', str(server.wss), SETTINGS)
    w.type('Path', path, SETTINGS)
    w.type('Login', login, SETTINGS)
    w.type('Password', password or f'secret{login}', SETTINGS)
    w.type('Host mapping', f'MAP {name} 127.0.0.1', SETTINGS)


def trust(w):
    w.wait_frame(CERTIFICATE, CONNECT)
    w.click('Trust for this account', CERTIFICATE)
    w.wait_no_frame(CERTIFICATE)


class Account:
    """A home in which the settings of LOGIN were typed, saved, and the certificate was trusted."""

    def __init__(self, t, folder):
        self.home = os.path.join(folder, 'home')
        w = Window(folder, self.home, env={'PULSE_SERVER': pulse(t).env['PULSE_SERVER']})
        try:
            w.wait_frame(SETTINGS, CONNECT)
            enter(w, pbx(t))
            w.click('Save and connect', SETTINGS)
            trust(w)
            w.find(READY, timeout=CONNECT)
            w.wait_no_frame(SETTINGS)
            w.quit()
        finally:
            w.stop()

    def stop(self):
        pass


def settings_file(home):
    return os.path.join(home, 'config', 'ars-phone', 'settings.json')


def account_home(t, **change):
    """A copy of the account's home for this test; change: keys of the account in settings.json."""
    desktop(t)
    home = t.path('home')
    shutil.copytree(t.shared.get('account', lambda folder: Account(t, folder)).home, home)
    with open(settings_file(home), encoding='utf-8') as f:
        settings = json.load(f)
    settings['accounts'][0].update(change)
    settings.update(PLAIN)
    with open(settings_file(home), 'w', encoding='utf-8') as f:
        json.dump(settings, f)
    return home


def signed_in(t, **change):
    """The program, started as on any later day: it connects by itself."""
    w = open_phone(t, account_home(t, **change))
    w.find(READY, timeout=CONNECT)
    w.wait_keyboard()
    return w


def open_settings(w):
    w.wait_keyboard()
    w.key('ctrl+comma')
    w.wait_frame(SETTINGS)


def leave_settings(w):
    w.wait_keyboard(SETTINGS)
    w.key('Escape')
    w.wait_no_frame(SETTINGS)
    w.wait_keyboard()


def dial(w, number):
    w.type('Number', number)
    w.click('Call')
    w.wait_text(re.compile('^Encrypted'), CONNECT)


def journal(w, *texts):
    """Opens the journal and waits for these texts in it."""
    w.click('Journal')
    for text in texts:
        w.wait_text(text)


# another telephone, and other windows

def caller(t, user='101', **kw):
    """ars-phone-cli, registered; what it plays is a tone of 600 Hz, what it hears a file."""
    kw.setdefault('audio_in', 'tone:600')
    kw.setdefault('audio_out', t.path(f'{user}-heard.wav'))
    return lab.registered(t, pbx(t), user, **kw)


def active_window():
    out = run(['xprop', '-root', '_NET_ACTIVE_WINDOW']).stdout
    return int(out.split('#')[-1].split(',')[0].strip(), 16)


def wait_active(window, what):
    wait_for(f'{what} has the keyboard', lambda: active_window() == int(window), 10)


class Typewriter:
    """Another program that has the keyboard; it prints the keys that it gets."""

    def __init__(self, folder):
        self.p = Process(['xev', '-event', 'keyboard', '-name', TYPEWRITER],
                         os.path.join(folder, 'typewriter.txt'))
        self.window = wait_for('another window', lambda: run(
            ['xdotool', 'search', '--onlyvisible', '--name', TYPEWRITER],
            check=False).stdout.split(), 10)[0]
        self.activate()

    def activate(self):
        run(['xdotool', 'windowactivate', self.window])
        wait_active(self.window, TYPEWRITER)

    def need_keys(self, key='x'):
        """What is typed now arrives here."""
        start = len(self.p.text())
        run(['xdotool', 'key', key])
        wait_for(f'"{key}" in the other window',
                 lambda: f', {key})' in self.p.text()[start:], 5)

    def stop(self):
        self.p.stop()


# sound, judged while it is being recorded

class Ear:
    """What a file holds that is being written; channel 1 of speaker()'s is the speaker."""

    def __init__(self, path, channel=0):
        self.path = path
        self.channel = channel

    def last(self, seconds):
        x, rate = wav.read(self.path, self.channel)
        n = int(seconds * rate)
        return (x[-n:], rate) if len(x) >= n else (None, rate)

    def level(self, hz):
        """dBFS of that frequency over the last half second, a stall of the machine left out."""
        x, rate = self.last(0.5)
        return wav.SILENCE_DBFS if x is None else float(np.median(wav.tone_levels(x, rate, hz)))

    def loudness(self, seconds):
        x, _ = self.last(seconds)
        return 0.0 if x is None else wav.level(x)

    def wait_loud(self, timeout=10):
        wait_for('a sound', lambda: -40 < self.loudness(0.5) < 0, timeout, every=0.1)

    def wait_tone(self, hz=TONE, dbfs=TONE_DBFS, within=1.5, timeout=15):
        """Its level; within: dB, for what a codec and a resampler do to it."""
        seen = []

        def probe():
            seen.append(self.level(hz))
            return abs(seen[-1] - dbfs) < within

        try:
            wait_for(f'{hz} Hz at {dbfs:.1f} dBFS', probe, timeout, every=0.1)
        except Failed as e:
            raise Failed(f'{e}, but {seen[-1]:.1f}') from None
        return seen[-1]

    def wait_silence(self, seconds=1.5, timeout=15):
        """So many seconds of it; their level."""
        wait_for('silence', lambda: self.loudness(seconds) < SILENT, timeout, every=0.1)
        return self.loudness(seconds)


def speaker(t):
    """What the virtual speaker gives from now on; the recording's channel 0 is the microphone."""
    speaker.count += 1
    path = t.path(f'sound-{speaker.count}.wav')
    t.own(pulse(t).record(path))
    return Ear(path, 1)


speaker.count = 0


def say_tone(t, hz=TONE, seconds=60, dbfs=TONE_DBFS):
    """Into the microphone, until the test ends."""
    path = t.path(f'tone-{hz}.wav')
    n = np.arange(seconds * 48000)
    wav.write(path, 10 ** (dbfs / 20) * np.sqrt(2) * np.sin(2 * np.pi * hz * n / 48000), 48000)
    return t.own(pulse(t).play(path))
