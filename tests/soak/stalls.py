"""When the machine itself stood still, so that no program could have been in time: one watcher a core."""
import os
import subprocess
import sys
import time

from proc import end, need

STEP_S = 0.002
STALL_MS = 4


def watch(core):
    """Sleeps, before everybody else on that core, and says when it was woken late, and by how much."""
    os.sched_setaffinity(0, {core})
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(50))
    before = time.monotonic()
    while True:
        time.sleep(STEP_S)
        now = time.monotonic()
        late = (now - before - STEP_S) * 1000
        if late >= STALL_MS:
            os.write(1, f'{now:.3f} {late:.1f}\n'.encode())    # whole: the others write there too
        before = time.monotonic()


class Stalls:
    def __init__(self, path):
        self.path = path
        with open(path, 'ab') as out:
            self.watchers = [subprocess.Popen([sys.executable, __file__, str(core)], stdout=out,
                                              env=dict(os.environ, PYTHONPATH=':'.join(sys.path)))
                             for core in range(os.cpu_count())]

    def seen(self):
        """[(end, as by time.monotonic(), ms)] until now."""
        need(all(p.poll() is None for p in self.watchers), 'a watcher of the machine has ended')
        with open(self.path, encoding='ascii') as f:
            return [tuple(map(float, line.split())) for line in f if line.endswith('\n')]

    def stop(self):
        for p in self.watchers:
            end(p)


if __name__ == '__main__':
    watch(int(sys.argv[1]))
