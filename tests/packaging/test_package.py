"""The package by itself, and what it does in a bare Debian 12."""
import json
import os

import numpy as np

import debian
import wav
from desktop import Desktop
from proc import need, run, wait_for
from runner import test

TONE_HZ = 440


@test(120)
def lintian_finds_nothing(t):
    r = run(['lintian', '--allow-root', '--fail-on', 'error,warning', debian.package()], check=False,
            timeout=100)
    need(r.returncode == 0, r.stdout or r.stderr)


@test(30)
def every_library_is_there(t):
    for program in debian.PROGRAMS:
        libraries = debian.run_inside(['ldd', program]).stdout
        need('not found' not in libraries and 'libc.so' in libraries, f'{program}: {libraries}')


@test(60)
def command_line_makes_the_demo_call(t):
    demo = t.own(debian.start_inside(
        ['sh', '-c', 'sleep 50 | /usr/libexec/ars-phone/ars-demo-line'], t.path('demo.txt')))
    demo.wait_text('\n', 15)
    line = json.loads(demo.text().splitlines()[0])
    r = debian.run_inside(
        ['ars-phone-cli', '--server', 'localhost', '--port', str(line['port']), '--login',
         line['login'], '--password-file', line['password_file'], '--pin', line['sha256'],
         '--audio-in', f'tone:{TONE_HZ}', '--audio-out', '/root/heard.wav', 'call', '600', '--for',
         '4'], check=False, timeout=40)
    need(r.returncode == 0, f'exit {r.returncode}: {r.stderr[-400:]}')
    x, rate = wav.read(f'{debian.ROOT}/root/heard.wav')
    x = np.asarray(x, float)[rate:3 * rate]
    spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
    around = slice(int((TONE_HZ - 20) * len(x) / rate), int((TONE_HZ + 20) * len(x) / rate))
    share = spectrum[around].sum() / spectrum.sum()
    t.figure(f'{100 * share:.0f} % of the echo is the tone')
    need(share > 0.8, 'the echo was not heard')


def picture(desktop, path):
    """What the display shows: rows of pixels."""
    desktop.screenshot(path)
    run(['convert', path, '-depth', '8', f'{path}.ppm'])
    with open(f'{path}.ppm', 'rb') as f:
        data = f.read()
    kind, width, height, depth = data.split(maxsplit=4)[:4]
    need(kind == b'P6' and depth == b'255', f'a picture of kind {kind} {depth}')
    pixels = np.frombuffer(data[-3 * int(width) * int(height):], np.uint8)
    return pixels.reshape(int(height), int(width), 3).astype(int)


def shows_green_dot(desktop, path):
    """The sign of the ready line, and so our own icons."""
    r, g, b = np.moveaxis(picture(desktop, path), 2, 0)
    return ((g > r + 60) & (g > b + 30)).sum() > 20


@test(90)
def window_opens_on_the_demo_line(t):
    desktop = t.shared.get('desktop', Desktop)
    run(['mount', '--bind', os.environ['XDG_RUNTIME_DIR'], f'{debian.ROOT}/mnt'])
    phone = t.own(debian.start_inside(
        ['ars-phone', '--demo', '--trace'], t.path('phone.txt'),
        {'DISPLAY': os.environ['DISPLAY'], 'LANGUAGE': 'ru', 'GTK_A11Y': 'none',
         'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/mnt/bus', 'XDG_RUNTIME_DIR': '/run'}))
    phone.wait_text('SIP/2.0 200', 30)
    window = wait_for('the window', lambda: run(
        ['xdotool', 'search', '--onlyvisible', '--name', '^ARS Phone$'], check=False)
        .stdout.split(), 20, every=0.1)[0]
    run(['xdotool', 'windowactivate', '--sync', window])
    wait_for('the green dot of a ready line',
             lambda: shows_green_dot(desktop, t.path('window.png')), 10, every=0.2)
    run(['xdotool', 'type', '600'])
    run(['xdotool', 'key', 'Return'])
    phone.wait_text('INVITE sip:600@', 10)
    wait_for('the green dot beside the call',
             lambda: shows_green_dot(desktop, t.path('call.png')), 10, every=0.2)
    need('CRITICAL **' not in phone.text() and 'WARNING **' not in phone.text(),
         phone.text()[-600:])
