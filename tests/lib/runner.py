"""Runs tests: one line each, 'ok NAME - figures (seconds)' or 'not ok NAME - why (seconds)'."""
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import threading
import time
import traceback

from proc import BUILD, Failed

TESTS = []


def test(timeout=60):
    """Marks a function of one argument, the Test that runs it. The time-out is a hard one."""
    def mark(fn):
        TESTS.append((fn, timeout))
        return fn
    return mark


class TimedOut(BaseException):
    """Not an Exception: nothing in a test may swallow it."""


class Test:
    """What a test is given: a folder of its own, clean-up in reverse order, figures to print."""

    def __init__(self, name, folder, shared):
        self.name = name
        self.dir = folder
        self.shared = shared
        self.figures = []
        self.stack = contextlib.ExitStack()

    def figure(self, text):
        self.figures.append(text)

    def own(self, thing):
        """A thing with stop(); stopped when the test ends, however it ends."""
        self.stack.callback(thing.stop)
        return thing

    def path(self, name):
        return os.path.join(self.dir, name)


class Shared:
    """What several tests use, made by the first that asks and stopped at the end."""

    def __init__(self, folder):
        self.dir = folder
        self.things = {}
        self.stack = contextlib.ExitStack()

    def get(self, name, make):
        if name not in self.things:
            folder = os.path.join(self.dir, name)
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            self.things[name] = make(folder)
            self.stack.callback(self.things[name].stop)
        return self.things[name]


def own_folder(group):
    """build/tests/GROUP, or GROUP-2... while another run of the same works in it."""
    os.makedirs(os.path.join(BUILD, 'tests'), exist_ok=True)
    for n in range(1, 100):
        folder = os.path.join(BUILD, 'tests', group if n == 1 else f'{group}-{n}')
        lock = os.open(f'{folder}.lock', os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return folder   # locked until this program ends
        except BlockingIOError:
            os.close(lock)
    raise Failed(f'too many runs of {group} at once')


def isolate(before_others=True):
    """
    Again, in network, mount and process namespaces of its own: nothing outside sees our ports, and
    nothing of ours outlives us. Without root rights by a user namespace.
    before_others: for what computes little; windows would keep each other's sound waiting.
    """
    if os.environ.get('ARS_TEST_ISOLATED'):
        return
    # sound keeps time: what else runs on the machine comes after, where we may say so
    if before_others:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    user = [] if os.getuid() == 0 else ['--user', '--map-root-user']
    os.environ['ARS_TEST_ISOLATED'] = '1'
    os.execvp('unshare', ['unshare', *user, '--net', '--mount', '--pid', '--fork', '--mount-proc',
                          '--kill-child', '--', sys.executable, *sys.argv])


def run_one(fn, timeout, name, folder, shared):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    t = Test(name, folder, shared)
    start = time.monotonic()

    def on_alarm(*_):
        raise TimedOut()

    signal.signal(signal.SIGALRM, on_alarm)
    # should even the clean-up hang
    last = threading.Timer(timeout + 30, lambda: os._exit(99))
    last.daemon = True
    last.start()
    signal.alarm(timeout)
    why = None
    try:
        fn(t)
    except TimedOut:
        why = f'timed out after {timeout} s\n{traceback.format_exc(limit=-4)}'
    except Failed as e:
        why = str(e)
    except Exception:
        why = traceback.format_exc(limit=-3)
    finally:
        signal.alarm(0)
        try:
            t.stack.close()
        except Exception:
            why = why or f'clean-up: {traceback.format_exc(limit=-3)}'
        last.cancel()
    seconds = time.monotonic() - start
    if why:
        with open(t.path('why.txt'), 'w', encoding='utf-8') as f:
            f.write(why)
        print(f'not ok {name} - {" ".join(why.split())} ({seconds:.1f} s)', flush=True)
        return False
    figures = f' - {", ".join(t.figures)}' if t.figures else ''
    print(f'ok {name}{figures} ({seconds:.1f} s)', flush=True)
    return True


def run_all(group, tests, folder, shared='shared'):
    """These tests, in folders of their own in that folder. Returns the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    things = Shared(os.path.join(folder, shared))
    failed = 0
    with things.stack:
        for fn, timeout in tests:
            name = f'{group}/{fn.__name__}'
            failed += not run_one(fn, timeout, name, os.path.join(folder, fn.__name__), things)
    return 1 if failed else 0


def main(group, argv):
    """
    Runs the marked tests, or those whose name (test_file.function) holds one of the arguments.
    Returns the exit code.
    """
    names = [a for a in argv if not a.startswith('-')]
    if '--list' in argv:
        print('\n'.join(fn.__name__ for fn, _ in TESTS))
        return 0
    chosen = [(fn, timeout) for fn, timeout in TESTS
              if not names or any(n in f'{fn.__module__}.{fn.__name__}' for n in names)]
    if not chosen:
        print(f'not ok {group} - no test is named like {names}')
        return 1
    return run_all(group, chosen, own_folder(group))
