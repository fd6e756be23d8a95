"""A desktop of our own for a window under test: display, window manager, D-Bus, keyring."""
import os
import random
import subprocess
import tempfile

from proc import Process, UNHURRIED, end, run, wait_for

SCREEN = (1280, 1024)

BUS_CONFIG = """<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Desktop:
    """
    One a test program: what it starts is put into this program's environment, because the
    accessibility library looks there. Settings and data of a program go to a home of its own.
    """

    def __init__(self, folder):
        self.folder = folder
        # Unix sockets want a short path
        self.run_dir = tempfile.mkdtemp(prefix='ars-desktop-')
        self.things = []
        for name in ('WAYLAND_DISPLAY', 'DISPLAY', 'DBUS_SESSION_BUS_ADDRESS',
                     'AT_SPI_BUS_ADDRESS', 'NO_AT_BRIDGE', 'GTK_A11Y', 'LANGUAGE', 'LC_ALL',
                     'GSK_RENDERER', 'GDK_DEBUG', 'http_proxy', 'https_proxy', 'all_proxy'):
            os.environ.pop(name, None)
        home = os.path.join(self.run_dir, 'home')
        os.makedirs(home)
        os.environ.update(
            XDG_RUNTIME_DIR=self.run_dir, HOME=home, GDK_BACKEND='x11', LANG='C.UTF-8',
            GSETTINGS_BACKEND='memory', GTK_USE_PORTAL='0', ADW_DISABLE_PORTAL='1',
            XDG_CONFIG_HOME=os.path.join(home, 'config'), XDG_DATA_HOME=os.path.join(home, 'data'),
            XDG_CACHE_HOME=os.path.join(home, 'cache'), NO_AT_BRIDGE='0')
        self._display()
        self._bus()
        self._start('window-manager', ['openbox', '--sm-disable'])
        wait_for('a window manager', lambda: '_NET_SUPPORTING_WM_CHECK' in
                 run(['xprop', '-root', '_NET_SUPPORTING_WM_CHECK'], check=False).stdout and
                 'window id' in run(['xprop', '-root', '_NET_SUPPORTING_WM_CHECK'],
                                    check=False).stdout, 10)
        self.start_keyring()

    def _start(self, name, argv):
        p = Process(argv, os.path.join(self.folder, f'{name}.txt'))
        self.things.append(p)
        return p

    def _display(self):
        """
        A number of our own: Xvfb would take a lock whose owner lives in another process namespace
        for a stale one.
        """
        number = next(n for n in random.sample(range(100, 10000), 100)
                      if not os.path.exists(f'/tmp/.X{n}-lock'))
        read, write = os.pipe()
        self.x = subprocess.Popen(
            ['Xvfb', f':{number}', '-displayfd', str(write), '-screen', '0',
             f'{SCREEN[0]}x{SCREEN[1]}x24', '-nolisten', 'tcp', '-noreset'], pass_fds=(write,),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as f:
            os.environ['DISPLAY'] = ':' + f.readline().strip()

    def _bus(self):
        """Nothing starts by itself but the accessibility bus; the keyring is ours to start."""
        config = os.path.join(self.run_dir, 'bus.conf')
        address = f'unix:path={self.run_dir}/bus'
        services = os.path.join(self.run_dir, 'services')
        os.makedirs(services)
        os.symlink('/usr/share/dbus-1/services/org.a11y.Bus.service',
                   os.path.join(services, 'org.a11y.Bus.service'))
        with open(config, 'w', encoding='ascii') as f:
            f.write(BUS_CONFIG.format(address=address, services=services))
        self._start('dbus', ['dbus-daemon', '--nofork', '--nopidfile', f'--config-file={config}'])
        wait_for('D-Bus', lambda: os.path.exists(f'{self.run_dir}/bus'), 10)
        os.environ['DBUS_SESSION_BUS_ADDRESS'] = address
        # switched on, as a screen reader would
        run(['gdbus', 'call', '--session', '--dest', 'org.a11y.Bus', '--object-path',
             '/org/a11y/bus', '--method', 'org.freedesktop.DBus.Properties.Set',
             'org.a11y.Status', 'IsEnabled', '<true>'], timeout=20)

    def has_keyring(self):
        return 'true' in run(
            ['gdbus', 'call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path',
             '/org/freedesktop/DBus', '--method', 'org.freedesktop.DBus.NameHasOwner',
             'org.freedesktop.secrets'], check=False).stdout

    def start_keyring(self, unlocked=True):
        """What was kept by one that was stopped is there again, behind the same password."""
        self.keyring = subprocess.Popen(
            ['gnome-keyring-daemon', *(['--unlock'] if unlocked else []), '--foreground',
             '--components=secrets'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        if unlocked:
            self.keyring.stdin.write(b'of the keyring')
        self.keyring.stdin.close()
        wait_for('a keyring', self.has_keyring, 10)

    def stop_keyring(self):
        end(self.keyring)
        wait_for('no keyring', lambda: not self.has_keyring(), 10)

    def screenshot(self, path):
        """Of the whole display."""
        run([*UNHURRIED, 'import', '-window', 'root', path])

    def stop(self):
        end(self.keyring)
        for p in reversed(self.things):
            p.stop()
        end(self.x)
        run(['rm', '-rf', self.run_dir])
