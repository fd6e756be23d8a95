"""A PulseAudio of our own with virtual sound cards: what is played and heard, in one recording."""
import os
import shutil
import subprocess
import tempfile

from proc import Process, end, keep_time, need, run, wait_for

RATE = 48000


class Pulse:
    """
    Two cards on one bus: sinks spk and micfeed, source mic (what is played into micfeed). The bus
    monitor has both sample by sample: channel 0 what goes into the microphone, 1 what the speaker
    gives. norewinds=1: without it the first callback comes 2 s late.
    """

    def __init__(self, folder):
        # a Unix socket's path is short, a build folder's may not be
        self.run = tempfile.mkdtemp(prefix='ars-pulse-')
        self.socket = os.path.join(self.run, 'pulse.sock')
        self.env = {'XDG_RUNTIME_DIR': self.run, 'HOME': self.run, 'PULSE_RUNTIME_PATH': self.run,
                    'PULSE_SERVER': f'unix:{self.socket}'}
        config = os.path.join(self.run, 'default.pa')
        bus = 'master=bus channels=1 channel_map=mono remix=no'
        monitor = 'master=bus.monitor channels=1 channel_map=mono remix=no'
        with open(config, 'w', encoding='ascii') as f:
            f.write(f'load-module module-native-protocol-unix socket={self.socket} '
                    'auth-anonymous=1\n'
                    'load-module module-null-sink norewinds=1 sink_name=bus rate=48000 channels=2 '
                    'channel_map=aux0,aux1\n'
                    f'load-module module-remap-sink sink_name=micfeed {bus} '
                    'master_channel_map=aux0\n'
                    f'load-module module-remap-sink sink_name=spk {bus} master_channel_map=aux1\n'
                    f'load-module module-remap-source source_name=mic {monitor} '
                    'master_channel_map=aux0\n'
                    'set-default-sink spk\nset-default-source mic\n')
        self.p = Process(['pulseaudio', '-n', '-F', config, '--daemonize=no', '--use-pid-file=no',
                          '--exit-idle-time=-1', '--disable-shm=no', '--realtime=no'],
                         os.path.join(folder, 'pulseaudio.txt'), env=self.env)
        wait_for('PulseAudio', lambda: self._names('sinks') >= {'spk', 'micfeed'} and
                 'mic' in self._names('sources'), 10)
        keep_time(self.p.pid)

    def _names(self, kind):
        r = run(['pactl', 'list', 'short', kind], check=False, env=self.env)
        return {line.split('\t')[1] for line in r.stdout.splitlines() if '\t' in line}

    def record(self, path):
        """Both channels, until stop()."""
        return Recording(self, path)

    def play(self, path):
        """Into the microphone, from now on."""
        return Player(self, path)

    def pactl(self, *argv):
        return run(['pactl', *argv], env=self.env).stdout

    def stop(self):
        self.p.stop()
        shutil.rmtree(self.run, ignore_errors=True)


class Recording:
    def __init__(self, pulse, path):
        self.path = path
        self.p = subprocess.Popen(['parec', '-d', 'bus.monitor', '--file-format=wav',
                                   '--format=s16le', f'--rate={RATE}', '--channels=2',
                                   '--channel-map=aux0,aux1', '--no-remix', '--latency-msec=50',
                                   path], env=dict(os.environ, **pulse.env))
        wait_for('a recording', lambda: os.path.exists(path) and os.path.getsize(path) > 44, 10)

    def stop(self):
        end(self.p)


class Player:
    def __init__(self, pulse, path):
        self.p = subprocess.Popen(['paplay', '-d', 'micfeed', '--latency-msec=50', path],
                                  env=dict(os.environ, **pulse.env))

    def wait(self, timeout):
        """Until it has been played."""
        need(self.p.wait(timeout) == 0, f'paplay ended with {self.p.returncode}')

    def stop(self):
        end(self.p)
