"""Reads cases/*.flow: one step a line, indented lines belong to the step above (see README.md)."""

import os

HERE = os.path.dirname(os.path.abspath(__file__))
VERBS = ('account', 'args', 'phone>', 'peer<', 'peer>', 'event', 'noevent', 'wait', 'close', 'drop',
         'include', 'exit', 'mutate', 'raw', 'eof')


class Step:
    def __init__(self, where, verb, text):
        self.where, self.verb, self.text = where, verb, text
        self.block = []


class Case:
    def __init__(self, name):
        self.name = name
        self.steps = []
        self.mutations = []
        self.account = {}
        self.args = []
        self.exit = 0


def _words(text):
    import shlex
    return shlex.split(text)


def _lines(name):
    with open(os.path.join(HERE, 'cases', name + '.flow'), encoding='utf-8') as f:
        return f.read().split('\n')


def _close_block(step):
    while step and step.block and not step.block[-1].strip():
        step.block.pop()


def _read(case, name, depth=0):
    step = None
    for number, line in enumerate(_lines(name), 1):
        where = '%s.flow:%d' % (name, number)
        if step and (line.startswith('    ') or not line.strip()):
            step.block.append(line[4:])
            continue
        _close_block(step)
        step = None
        if not line.strip() or line.startswith('#'):
            continue
        verb, _, text = line.partition(' ')
        if verb not in VERBS:
            raise ValueError('%s: %r' % (where, verb))
        text = text.strip()
        if verb == 'include' and depth < 3:
            _read(case, text, depth + 1)
        elif verb == 'mutate':
            if not depth:
                case.mutations.append(text)
        elif verb == 'account':
            case.account.update(w.split('=', 1) for w in _words(text))
        elif verb == 'args':
            case.args += _words(text)
        elif verb == 'exit':
            case.exit = int(text)
        else:
            step = Step(where, verb, text)
            case.steps.append(step)
    _close_block(step)


def load(name):
    case = Case(name)
    _read(case, name)
    if not case.mutations:
        raise ValueError('%s: a case needs a mutated sample' % name)
    return case


def names():
    found = [f[:-5] for f in os.listdir(os.path.join(HERE, 'cases')) if f.endswith('.flow')]
    return sorted(n for n in found if not n.startswith('_'))
