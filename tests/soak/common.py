"""What the tests of this folder share: the program, its options, what lives in it."""
import os
import sys

from proc import BUILD

CLI = os.path.join(BUILD, 'release', 'bin', 'ars-phone-cli')


def option(name, default):
    return float(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def counts(p):
    p.do('counts')
    return p.wait('counts')


def progress(text):
    print(f'# {text}', file=sys.stderr, flush=True)
