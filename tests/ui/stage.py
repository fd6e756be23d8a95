"""What the tests of this folder share: the desktop, a telephone on it, an account that is typed."""
import os
import shutil
import subprocess

import lab
from desktop import Desktop
from lab import NAME, pbx, pulse
from proc import run
from window import Window

LOGIN = '100'
PASSWORD = f'secret{LOGIN}'
READY = f'Ready · {LOGIN}'
SETTINGS = 'Settings'
CERTIFICATE = 'Certificate'
CONNECT = 20    # seconds: TLS, a certificate of RSA, a registration, on a loaded machine


def network():
    """As for the tests without a window, and names that are not in /etc/hosts do not exist."""
    lab.network()
    hosts_only = '/tmp/ars-nsswitch'
    with open(hosts_only, 'w', encoding='ascii') as f:
        f.write('passwd: files\ngroup: files\nhosts: files\n')
    run(['mount', '--bind', hosts_only, '/etc/nsswitch.conf'])


def desktop(t):
    return t.shared.get('desktop', Desktop)


def open_phone(t, home=None, argv=()):
    """The program, with the settings and data of that home (default: none yet)."""
    desktop(t)
    home = home or t.path('home')
    return t.own(Window(t.dir, home, argv, env={'PULSE_SERVER': pulse(t).env['PULSE_SERVER']}))


def rules(name=NAME):
    return f'MAP {name} 127.0.0.1'


def enter(w, server, login=LOGIN, password=None, name=NAME, port=None, path='/ws'):
    """Types an account into the settings, which are open."""
    w.type('Display name', 'Анна Test', SETTINGS)
    w.type('Server', name, SETTINGS)
    w.type('Port', str(port or server.wss), SETTINGS)
    w.type('Path', path, SETTINGS)
    w.type('Login', login, SETTINGS)
    w.type('Password', password or f'secret{login}', SETTINGS)
    w.click('Network', SETTINGS)
    w.type('Host mapping', rules(name), SETTINGS)
