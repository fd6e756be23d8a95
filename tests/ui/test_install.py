"""What `cmake --install` leaves is a phone that the desktop knows: entry, icon, D-Bus, languages."""
import configparser
import os
import re
import shutil
import tempfile

from desktop import Desktop
from proc import Process, need, run, wait_for
from runner import test
from window import PHONE

ID = 'io.github.arsphone.ArsPhone'
PATH = '/' + ID.replace('.', '/')
BUILD_TREE = os.path.dirname(os.path.dirname(PHONE))


class Session:
    """A session bus that finds services under a prefix, as the desktop's own would."""

    def __init__(self, t, prefix):
        t.shared.get('desktop', Desktop)
        # its accessibility bus would take the place of the desktop's in a folder that both share
        self.run_dir = tempfile.mkdtemp(prefix='ars-session-')
        address = f'unix:path={self.run_dir}/bus'
        self.env = dict(
            XDG_RUNTIME_DIR=self.run_dir, DBUS_SESSION_BUS_ADDRESS=address,
            XDG_CONFIG_HOME=t.path('home/config'), XDG_DATA_HOME=t.path('home/data'),
            NO_AT_BRIDGE='1', G_DEBUG='fatal-criticals',
            XDG_DATA_DIRS=f'{prefix}/share:/usr/local/share:/usr/share')
        self.bus = Process(['dbus-daemon', '--session', '--nofork', '--nopidfile',
                            f'--address={address}'], t.path('bus.txt'), env=self.env)
        wait_for('a bus', lambda: os.path.exists(address.partition('=')[2]), 10)

    def stop(self):
        if self.owner():
            self.quit()
        self.bus.stop()
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def call(self, name, path, method, *args, check=True):
        return run(['gdbus', 'call', '--session', '--dest', name, '--object-path', path,
                    '--method', method, *args], env=self.env, check=check)

    def owner(self):
        """The process that is the phone on this bus, or None."""
        r = self.call('org.freedesktop.DBus', '/org/freedesktop/DBus',
                      'org.freedesktop.DBus.GetConnectionUnixProcessID', ID, check=False)
        found = re.search(r'uint32 (\d+)', r.stdout)
        return int(found.group(1)) if found else None

    def activate_action(self, action):
        self.call(ID, PATH, 'org.freedesktop.Application.ActivateAction', action, '[]', '{}')

    def quit(self):
        self.activate_action('quit')
        wait_for('the end of the phone', lambda: not self.owner(), 10)


def windows():
    return run(['xdotool', 'search', '--onlyvisible', '--class', 'ars-?phone'],
               check=False).stdout.split()


def window_of(pid):
    for w in windows():
        if run(['xdotool', 'getwindowpid', w], check=False).stdout.strip() == str(pid):
            return w
    return None


def installed(t, *options, env=None):
    prefix = t.path('prefix')
    run(['cmake', '--install', BUILD_TREE, *options], env=env)
    return prefix


@test(60)
def installed_phone_is_started_by_the_desktop(t):
    prefix = installed(t, '--prefix', t.path('prefix'))
    entry_file = f'{prefix}/share/applications/{ID}.desktop'
    run(['desktop-file-validate', entry_file])
    entry = configparser.ConfigParser(interpolation=None, strict=False)
    entry.optionxform = str
    entry.read(entry_file, encoding='utf-8')
    entry = entry['Desktop Entry']
    need(entry['Comment[ru]'] != entry['Comment'], 'the entry is not translated')
    for icon in (f'scalable/apps/{entry["Icon"]}.svg',
                 f'symbolic/apps/{entry["Icon"]}-symbolic.svg'):
        need(os.path.isfile(f'{prefix}/share/icons/hicolor/{icon}'), f'no icon {icon}')
    program = entry['Exec'].split()[0]
    words = run([program, '--help'], env={'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'ru'}).stdout
    need('демолини' in words, f'no Russian: {words}')

    session = t.own(Session(t, prefix))
    starts = {
        'entry': lambda: t.own(Process(['gio', 'launch', entry_file], t.path('gio.txt'),
                                       env=session.env)),
        'D-Bus': lambda: session.call(ID, PATH, 'org.freedesktop.Application.Activate', '{}'),
        'URI': lambda: session.call(ID, PATH, 'org.freedesktop.Application.Open',
                                    "['tel:+74951234567']", '{}'),
    }
    for name, start in starts.items():
        start()
        pid = wait_for(f'the phone on the bus ({name})', session.owner, 20, every=0.1)
        need(os.path.samefile(f'/proc/{pid}/exe', program), f'another program ({name})')
        wait_for(f'its window ({name})', lambda pid=pid: window_of(pid), 20, every=0.1)
        session.quit()


@test(60)
def demo_line_is_found_where_it_was_installed(t):
    prefix = installed(t, '--prefix', t.path('prefix'))
    session = t.own(Session(t, prefix))
    phone = t.own(Process([f'{prefix}/bin/ars-phone', '--demo', '--trace'], t.path('phone.txt'),
                          env=session.env))
    phone.wait_text('SIP/2.0 200', 20)


@test(60)
def packagers_may_stage_it(t):
    """DESTDIR moves the files and nothing else."""
    stage = t.path('stage')
    run(['cmake', '--install', BUILD_TREE, '--prefix', '/usr'], env={'DESTDIR': stage})
    with open(f'{stage}/usr/share/dbus-1/services/{ID}.service', encoding='utf-8') as f:
        need('Exec=/usr/bin/ars-phone --gapplication-service' in f.read().splitlines(),
             'the D-Bus service names another program')
