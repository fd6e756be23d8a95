"""What a machine does beside the phone: a busy loop a core, and now and then a build of everything."""
import itertools
import json
import os
import shlex
import subprocess
import threading

from proc import BUILD, end

AT_ONCE = 3         # compilers a core
BURST_S = 4         # of this length, and as long a pause


def compilations():
    """The project's own files, with their flags, again and again."""
    with open(os.path.join(BUILD, 'release', 'compile_commands.json'), encoding='utf-8') as f:
        for entry in itertools.cycle(json.load(f)):
            argv = [a for a in shlex.split(entry['command']) if os.path.basename(a) != 'ccache']
            argv[argv.index('-o') + 1] = '/dev/null'
            yield argv, entry['directory']


class Load:
    """From now on until stop(); in the scheduler's eyes as good as the phone."""

    def __init__(self):
        cores = os.cpu_count()
        self.loops = [subprocess.Popen(['sh', '-c', 'while :; do :; done']) for _ in range(cores)]
        self.over = threading.Event()
        self.compiled = 0
        self.thread = threading.Thread(target=self._bursts, args=(cores * AT_ONCE,), daemon=True)
        self.thread.start()

    def _bursts(self, n):
        todo = compilations()
        running = []
        while not self.over.is_set():
            pause = threading.Event()
            threading.Timer(BURST_S, pause.set).start()
            while not (pause.is_set() or self.over.is_set()):
                running = [p for p in running if p.poll() is None]
                while len(running) < n:
                    argv, folder = next(todo)
                    running.append(subprocess.Popen(argv, cwd=folder, stderr=subprocess.DEVNULL))
                    self.compiled += 1
                pause.wait(0.05)
            for p in running:
                p.wait()
            self.over.wait(BURST_S)

    def stop(self):
        self.over.set()
        self.thread.join()
        for p in self.loops:
            end(p)
