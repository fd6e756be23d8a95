"""
The journal: a search as one types in 10^6 calls, from the key to the answer, against a look at
every row. The file lies in memory: it is SQLite's time that is measured, not that of a disk.
"""
import collections
import os
import shutil
import statistics
import tempfile

from figures import RELEASE
from proc import run

ROWS = 1000000
GOAL_MS = 50


def measure(bench):
    where = tempfile.mkdtemp(prefix='ars-journal-', dir='/dev/shm')
    try:
        file = os.path.join(where, 'history.sqlite')
        out = run([os.path.join(RELEASE, 'bench_journal'), file, str(ROWS), str(bench.runs)],
                  timeout=900).stdout
        size = os.path.getsize(file)
    finally:
        shutil.rmtree(where)
    times = collections.defaultdict(list)
    for line in out.splitlines():
        name, ms, *_ = line.split()
        times[name].append(float(ms))
    for name, ms in times.items():
        if name in ('write_one', 'floor_scan'):
            bench.figure(name, ms, 'ms')
        else:
            bench.figure(f'search_{name}', ms, 'ms', GOAL_MS)
    slowest = max(statistics.median(ms) for name, ms in times.items()
                  if name not in ('write_one', 'floor_scan'))
    bench.figure('search_slowest', [slowest], 'ms', GOAL_MS)
    bench.figure('size_per_call', [size / ROWS], 'bytes')
