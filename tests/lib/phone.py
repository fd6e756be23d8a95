"""ars-phone-cli under a test: started with --json, its events read as they come."""
import json
import os
import subprocess
import threading
import time

from proc import BUILD, Failed, end, status

# the microphone as it is, for those who compare what is heard with what was said
PLAIN_SOUND = ('--echo', 'off', '--noise', 'off', '--gain', 'off', '--highpass', 'off')
CLI = os.environ.get('ARS_CLI', os.path.join(BUILD, 'dev', 'bin', 'ars-phone-cli'))


class Phone:
    """
    command: what follows the options; 'script' is then driven with do(). Events are dicts of the
    JSON lines with '_at', the time.monotonic() of their arrival.
    """

    count = 0

    def __init__(self, folder, options, command=('script',), password=None, env=None, netns=None,
                 cli=None):
        Phone.count += 1
        self.name = f'phone{Phone.count}'
        self.folder = folder
        self.events = []
        self.pos = 0
        self.raw = []
        self.changed = threading.Condition()
        argv = (netns.enter() if netns else []) + [cli or CLI, '--json', *options, *command]
        self.stderr_path = os.path.join(folder, f'{self.name}.stderr')
        environment = dict(os.environ, **(env or {}))
        if password is not None:
            environment['ARS_PASSWORD'] = password
        with open(self.stderr_path, 'wb') as err:
            self.p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=err, env=environment)
        self.started = time.monotonic()
        self.out = open(os.path.join(folder, f'{self.name}.jsonl'), 'wb')
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    pid = property(lambda self: self.p.pid)

    def _read(self):
        for line in self.p.stdout:
            now = time.monotonic()
            self.out.write(line)
            self.out.flush()
            try:
                event = json.loads(line)
            except ValueError:
                event = {'event': 'NOT JSON', 'line': line.decode('utf-8', 'replace')}
            event['_at'] = now
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()
        with self.changed:
            self.events.append({'event': 'EXIT', '_at': time.monotonic()})
            self.changed.notify_all()

    def stderr(self):
        with open(self.stderr_path, encoding='utf-8', errors='replace') as f:
            return f.read()

    def do(self, line):
        """One line of the script."""
        try:
            self.p.stdin.write(line.encode() + b'\n')
            self.p.stdin.flush()
        except BrokenPipeError:
            raise Failed(f'{self.name} is gone, cannot "{line}": {self._tail()}') from None

    def _tail(self):
        last = [{k: v for k, v in e.items() if k[0] != '_'} for e in self.events[-4:]]
        return f'exit {self.p.poll()}, last {json.dumps(last)}, stderr {self.stderr()[-300:]!r}'

    def wait(self, name, timeout=10, pass_over=(), **fields):
        """
        The next event of that name (or one of those names) whose fields are as given; earlier ones
        are left behind. An end or an error that was not asked for ends the wait, and the test.
        """
        names = (name,) if isinstance(name, str) else tuple(name)
        fatal = {'EXIT', 'NOT JSON', 'ended', 'registration_failed', 'error'} - set(pass_over)
        until = time.monotonic() + timeout
        with self.changed:
            while True:
                while self.pos < len(self.events):
                    event = self.events[self.pos]
                    self.pos += 1
                    if event['event'] in names and \
                            all(event.get(k) == v for k, v in fields.items()):
                        return event
                    if event['event'] in fatal - set(names):
                        raise Failed(f'{self.name}: {event["event"]} while waiting for '
                                     f'{"/".join(names)}: {self._tail()}')
                left = until - time.monotonic()
                if left <= 0:
                    raise Failed(f'{self.name}: no {"/".join(names)} {fields or ""} within '
                                 f'{timeout} s: {self._tail()}')
                self.changed.wait(left)

    def quiet(self, names, seconds):
        """None of those events for so long."""
        try:
            event = self.wait(names, seconds, pass_over=('ended', 'registration_failed', 'error'))
        except Failed as e:
            if ' within ' in str(e):
                return
            raise
        raise Failed(f'{self.name}: unexpected {event}')

    def seen(self, name):
        return [e for e in self.events if e['event'] == name]

    def stats(self, call=1):
        """The newest statistics of a call."""
        every = [e for e in self.events if e['event'] in ('stats', 'ended', 'media') and
                 e.get('call') == call and 'codec' in e]
        if not every:
            raise Failed(f'{self.name}: no stats of call {call}: {self._tail()}')
        return every[-1]

    def status(self):
        return status(self.p.pid)

    def finish(self, timeout=15):
        """Ends the script and waits for the program; its exit code."""
        try:
            self.p.stdin.close()
        except BrokenPipeError:
            pass
        return self.exit(timeout)

    def exit(self, timeout=15):
        """Waits for the program to end by itself; its exit code."""
        try:
            self.p.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f'{self.name} does not end within {timeout} s: {self._tail()}') from None
        self.reader.join(5)
        return self.p.returncode

    def stop(self):
        end(self.p)
        self.reader.join(5)
        self.out.close()
        if self.p.stdin and not self.p.stdin.closed:
            try:
                self.p.stdin.close()
            except BrokenPipeError:
                pass
