"""
All tests of a group by several runs of its program side by side, which take them from one queue: each
has namespaces and servers of its own, and most of a test is waiting.
"""
import os
import signal
import subprocess
import sys

from runner import TESTS, own_folder, run_all

OPTION = '--queue='     # descriptor, lane, folder


def start(group, n):
    """Everything, in n lanes. Returns the exit code."""
    # what may take longest first, so that they end together
    order = sorted(range(len(TESTS)), key=lambda i: -TESTS[i][1])
    queue, write = os.pipe()
    os.write(write, bytes(order))
    os.close(write)
    folder = own_folder(group)
    runs = [subprocess.Popen([sys.executable, *sys.argv, f'{OPTION}{queue},{lane},{folder}'],
                             pass_fds=(queue,)) for lane in range(n)]

    def on_term(*_):
        for p in runs:
            p.terminate()

    signal.signal(signal.SIGTERM, on_term)
    return max([abs(p.wait()) for p in runs])


def is_one(argv):
    return argv[-1].startswith(OPTION)


def run(group, argv):
    """What this lane gets of the queue. Returns the exit code."""
    queue, lane, folder = argv[-1].removeprefix(OPTION).split(',', 2)

    def taken():
        while number := os.read(int(queue), 1):
            yield TESTS[number[0]]

    return run_all(group, taken(), folder, f'shared-{lane}')
