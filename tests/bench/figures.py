"""What the groups share: building, measuring a process, printing a figure."""
import contextlib
import os
import shutil
import statistics
import time

from proc import BUILD, TOP, run

TOOLS = os.path.join(TOP, 'tests', 'bench')
INTEROP = os.path.join(TOP, 'tests', 'interop')
RELEASE = os.path.join(BUILD, 'release', 'bin')
CLI = os.path.join(RELEASE, 'ars-phone-cli')
TICKS = os.sysconf('SC_CLK_TCK')


def build():
    run(['cmake', '--preset', 'release', '-S', TOP], timeout=120)
    run(['cmake', '--build', os.path.join(BUILD, 'release'), '--target', 'bench'], timeout=900)


def cpu_s(pid):
    """User and system time of a process so far."""
    with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
        fields = f.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_fine_s(pid):
    """The same by the scheduler's clock; of threads that still run."""
    n = 0
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/schedstat', encoding='ascii') as f:
            n += int(f.read().split()[0])
    return n / 1e9


def cpu_per_minute(pid, seconds):
    start, t = cpu_s(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_s(pid) - start) * 60 / (time.monotonic() - t)


def pss_mib(pid):
    with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as f:
        for line in f:
            if line.startswith('Pss:'):
                return int(line.split()[1]) / 1024
    return 0.0


def wakeups(pid):
    """Voluntary context switches of all its threads so far."""
    n = 0
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/status', encoding='ascii', errors='replace') as f:
            n += sum(int(line.split()[1]) for line in f
                     if line.startswith('voluntary_ctxt_switches'))
    return n


class Bench:
    """One group: its folder, what it started, what it printed."""

    def __init__(self, group, runs, full=False, cells=None):
        self.group = group
        self.runs = runs
        self.full = full
        self.cells = cells
        self.short = 0
        self.dir = os.path.join(BUILD, 'bench', group)
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        return self

    def __exit__(self, *_):
        self.stack.close()

    def own(self, thing):
        self.stack.callback(thing.stop)
        return thing

    def path(self, name):
        return os.path.join(self.dir, name)

    @contextlib.contextmanager
    def part(self):
        """What is owned meanwhile is stopped at its end."""
        outer, self.stack = self.stack, contextlib.ExitStack()
        try:
            with self.stack:
                yield self
        finally:
            self.stack = outer

    def figure(self, name, values, unit, goal=None, least=None):
        """The median of values; goal: the most that it may be, or the least. Returns the median."""
        value = statistics.median(values)
        good = (goal is None or value <= goal) and (least is None or value >= least)
        self.short += not good
        wanted = '-'
        if goal is not None or least is not None:
            wanted = f'<={goal:.4g}' if least is None else f'>={least:.4g}'
        print(f'{self.group}.{name} {value:.4g} {unit} {wanted} {"ok" if good else "short"}',
              flush=True)
        return value

    @staticmethod
    def note(text):
        print(f'# {text}', flush=True)
