#!/usr/bin/python3
"""Black-box test of the phone's signalling: see README.md.

    tests/flow/run.py [-v] [-k DIR] [NAME ...]

Prints `ok flow/NAME` and `not ok flow/NAME - why`; exits 1 when one failed. The phone is $ARS_CLI or
build/dev/bin/ars-phone-cli. -v shows the transcripts of failures, -k keeps all of them in DIR.
"""

import asyncio
import fnmatch
import os
import subprocess
import sys
import tempfile

import case as cases
import mutate
from judge import Account, judge
from player import DOMAIN, EDGE, Failed, Player

ROOT = os.path.dirname(os.path.dirname(cases.HERE))
AT_ONCE = 2
LIMIT = 20


class Certs:
    """A CA and a certificate for the name, made for this run."""

    def __init__(self, folder):
        self.folder = folder
        self.ca, self.cert, self.key = (os.path.join(folder, n)
                                        for n in ('ca.pem', 'cert.pem', 'key.pem'))
        ca_key, request, ext = (os.path.join(folder, n) for n in ('ca.key', 'req.pem', 'ext'))
        with open(ext, 'w', encoding='ascii') as f:
            f.write('subjectAltName=DNS:%s,DNS:%s\nextendedKeyUsage=serverAuth\n' % (DOMAIN, EDGE))
        curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
        self.openssl('req', '-x509', *curve, '-keyout', ca_key, '-out', self.ca, '-days', '2',
                     '-subj', '/CN=flow test CA')
        self.openssl('req', *curve, '-keyout', self.key, '-out', request, '-subj', '/CN=' + DOMAIN)
        self.openssl('x509', '-req', '-in', request, '-CA', self.ca, '-CAkey', ca_key,
                     '-CAcreateserial', '-out', self.cert, '-days', '2', '-extfile', ext)

    @staticmethod
    def openssl(*args):
        subprocess.run(('openssl',) + args, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)

    def password_file(self, password):
        path = os.path.join(self.folder, 'pw-' + password)
        if not os.path.exists(path):
            with open(path, 'w', encoding='utf-8') as f:
                f.write(password + '\n')
            os.chmod(path, 0o600)
        return path


def transcript(player):
    out = []
    begin = player.server.entries[0].t if player.server.entries else 0
    for entry in player.server.entries:
        arrow = '<<< phone' if entry.who == 'phone' else '>>> peer'
        out.append('--- %.3f %s #%d %s opcode %d %s' % (entry.t - begin, arrow, entry.conn, entry.kind,
                                                       entry.opcode, entry.label or ''))
        out.append(entry.data.decode('utf-8', 'replace').replace('\r\n', '\n'))
    out.append('--- events')
    out += [str(event) for event in player.events]
    out.append('--- log\n' + player.errors.decode('utf-8', 'replace'))
    if player.server.tls_errors:
        out.append('--- TLS: %s' % player.server.tls_errors)
    return '\n'.join(out)


async def play(name, cli, certs):
    """The player, the account and what went wrong."""
    case = cases.load(name)
    account = Account(case.account.get('user', '1000'), case.account.get('password', 'geheim-1000'),
                      DOMAIN, case.account.get('path', '/ws'), case.account.get('display'),
                      case.account.get('edge'))
    player = Player(case, cli, certs, account)
    wrong = []
    try:
        await player.start()
        await asyncio.wait_for(player.play(), LIMIT)
    except Failed as why:
        wrong.append(str(why))
    except asyncio.TimeoutError:
        wrong.append('took more than %d s' % LIMIT)
    except (OSError, ValueError, KeyError, AttributeError, IndexError) as err:
        wrong.append('%s: %s' % (type(err).__name__, err))
    finally:
        await player.finish()
    wrong += player.complaints
    wrong += [str(f) for f in judge(player.server.entries, account)]
    return player, account, wrong


def mutations(player, account):
    """Yields (suffix, why): why is None when the judge refused the sample as it should."""
    for number, line in enumerate(player.case.mutations, 1):
        suffix = '!mutated' if number == 1 else '!mutated-%d' % number
        try:
            spoiled, rule = mutate.apply(player.server.entries, line)
        except (ValueError, KeyError) as err:
            yield suffix, '%s: %s' % (line, err)
            continue
        faults = judge(spoiled, account)
        if any(f.rule.startswith(rule) for f in faults):
            yield suffix, None
        else:
            yield suffix, '%s: %s' % (line, '; '.join(map(str, faults)) or 'the judge saw nothing')


def report(name, why):
    if why:
        print('not ok flow/%s - %s' % (name, why.replace('\n', ' ')[:600]), flush=True)
    else:
        print('ok flow/' + name, flush=True)
    return bool(why)


async def one(name, options, certs):
    try:
        player, account, wrong = await play(name, options['cli'], certs)
    except (ValueError, OSError) as err:
        return report(name, str(err))
    failed = report(name, '; '.join(wrong))
    if options['keep'] is not None:
        with open(os.path.join(options['keep'], name + '.txt'), 'w', encoding='utf-8') as f:
            f.write(transcript(player))
    if wrong and options['verbose']:
        print(transcript(player))
    for suffix, why in mutations(player, account):
        failed |= report(name + suffix, 'not judged, the case failed' if wrong else why)
    return failed


async def every(names, options, certs):
    gate = asyncio.Semaphore(AT_ONCE)

    async def guarded(name):
        async with gate:
            return await one(name, options, certs)
    return await asyncio.gather(*(guarded(n) for n in names))


def chosen(patterns):
    names = cases.names()
    if not patterns:
        return names
    found = [n for n in names if any(fnmatch.fnmatch(n, p) for p in patterns)]
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            sys.exit('no case is called %s' % pattern)
    return found


def main(argv):
    options = {'verbose': '-v' in argv, 'keep': None,
               'cli': os.environ.get('ARS_CLI', os.path.join(ROOT, 'build/dev/bin/ars-phone-cli'))}
    args = [a for a in argv if a != '-v']
    if '-k' in args:
        at = args.index('-k')
        options['keep'] = args[at + 1]
        os.makedirs(options['keep'], exist_ok=True)
        del args[at:at + 2]
    if not os.access(options['cli'], os.X_OK):
        sys.exit('there is no phone at %s' % options['cli'])
    names = chosen(args)
    with tempfile.TemporaryDirectory(prefix='ars-flow-') as folder:
        failures = asyncio.run(every(names, options, Certs(folder)))
    return 1 if any(failures) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
