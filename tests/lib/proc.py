"""Processes of a test: started with a log file, waited for by what they print, ended by their id."""
import contextlib
import functools
import os
import signal
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, 'build')
CACHE = os.path.join(BUILD, 'cache')


class Failed(Exception):
    """A test's expectation does not hold; the text says which."""


def need(condition, text):
    if not condition:
        raise Failed(text)


def wait_for(what, probe, timeout, every=0.02):
    """Polls for a thing that has no event of its own. Returns what the probe returned."""
    end = time.monotonic() + timeout
    while True:
        got = probe()
        if got:
            return got
        if time.monotonic() > end:
            raise Failed(f'{what}: not within {timeout} s')
        time.sleep(every)


def unhurried(fn):
    """What computes for long: it comes after those that play and record (see runner.isolate())."""
    @functools.wraps(fn)
    def computed(*args, **kw):
        policy, param = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        try:
            return fn(*args, **kw)
        finally:
            os.sched_setscheduler(0, policy, param)
    return computed


# before a command that is to come after them, too
UNHURRIED = ['chrt', '--other', '0']


def keep_time(pid):
    """A server gives up the priority that we have (runner.isolate()); one that is late is no use."""
    for task in os.listdir(f'/proc/{pid}/task'):
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.sched_setscheduler(int(task), os.SCHED_RR, os.sched_param(2))


class Process:
    """A background process; its output goes to a log file."""

    def __init__(self, argv, log, env=None, netns=None, cwd=None):
        self.log = log
        self.argv = (netns.enter() if netns else []) + list(argv)
        with open(log, 'ab') as out:
            self.start = out.tell()
            self.p = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=out,
                                      stderr=subprocess.STDOUT, cwd=cwd,
                                      env=dict(os.environ, **(env or {})))

    @property
    def pid(self):
        return self.p.pid

    def text(self):
        with open(self.log, 'rb') as f:
            f.seek(self.start)
            return f.read().decode('utf-8', 'replace')

    def wait_text(self, words, timeout):
        def probe():
            if self.p.poll() is not None:
                raise Failed(f'{self.argv[0]} ended with {self.p.returncode}: {self.text()[-400:]}')
            return words in self.text()
        wait_for(f'"{words}" from {os.path.basename(self.argv[0])}', probe, timeout)

    def signal(self, number):
        self.p.send_signal(number)

    def stop(self, grace=5):
        end(self.p, grace)


def end(p, grace=5):
    """SIGTERM, then SIGKILL; also where it is stopped."""
    if p.poll() is not None:
        return p.returncode
    p.send_signal(signal.SIGTERM)
    p.send_signal(signal.SIGCONT)
    try:
        p.wait(grace)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()
    return p.returncode


def run(argv, timeout=30, check=True, env=None, netns=None, data=None):
    argv = (netns.enter() if netns else []) + list(argv)
    r = subprocess.run(argv, input=data, timeout=timeout, capture_output=True, text=True,
                       env=dict(os.environ, **(env or {})))
    if check and r.returncode:
        raise Failed(f'{" ".join(argv[:6])}: exit {r.returncode}: {(r.stderr or r.stdout)[-400:]}')
    return r


def status(pid):
    """Resident KiB, descriptors and threads of a process."""
    figures = {}
    with open(f'/proc/{pid}/status', encoding='ascii', errors='replace') as f:
        for line in f:
            key, _, value = line.partition(':')
            if key in ('VmRSS', 'RssAnon', 'Threads'):
                figures[key] = int(value.split()[0])
    return {'rss_kib': figures['VmRSS'], 'anon_kib': figures['RssAnon'],
            'threads': figures['Threads'], 'fds': len(os.listdir(f'/proc/{pid}/fd'))}
