"""The source in Debian 13: newer gcc, libre, libwebsockets, json-c, GTK and libadwaita."""
import re

import debian
from proc import need
from runner import test


def inside(t, name, line, timeout):
    r = debian.run_inside(['sh', '-c', f'cd /root/src && {line}'], root=debian.NEXT, check=False,
                          timeout=timeout)
    with open(t.path(f'{name}.txt'), 'w', encoding='utf-8') as f:
        f.write(r.stdout + r.stderr)
    return r


@test(600)
def run_hears_the_echo(t):
    """./run, without a display: builds without a warning, and calls."""
    r = inside(t, 'run', './run', 590)
    need(r.returncode == 0, (r.stdout + r.stderr)[-600:])
    need('The echo was heard.' in r.stdout, r.stdout[-600:])


@test(900)
def unit_tests_pass(t):
    r = inside(t, 'build', 'cmake --preset dev && cmake --build --preset dev', 400)
    need(r.returncode == 0, (r.stdout + r.stderr)[-600:])
    r = inside(t, 'ctest', "ctest --test-dir build/dev -E '^loop' --timeout 400", 490)
    need(r.returncode == 0, r.stdout[-600:])
    t.figure(re.search(r'\d+% tests passed.*', r.stdout).group(0))
