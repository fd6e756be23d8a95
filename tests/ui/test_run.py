"""./run: the window on the demo line, the window with one's own account, and no display at all."""
import json
import os
import shutil

from desktop import Desktop
from proc import BUILD, TOP, need, run, wait_for
from runner import test
from window import Window

RUN = os.path.join(TOP, 'run')
BUILD_S = 400       # a first build of the release preset
BANNER = 'This is the demo line: 600 repeats what you say.'
NO_DISPLAY = {'DISPLAY': '', 'WAYLAND_DISPLAY': ''}

SILENT_CLI = """#!/bin/sh
for a; do
    shift
    [ "$a" = tone:440 ] && a=silence
    set -- "$@" "$a"
done
exec {cli} "$@"
"""


def opened(t):
    """The phone that ./run becomes."""
    t.shared.get('desktop', Desktop)
    w = t.own(Window(t.dir, t.path('home'), program=(RUN,)))
    w.wait_frame('ARS Phone', BUILD_S)
    return w


def stored(t):
    return t.path('home/config/ars-phone/settings.json')


@test(BUILD_S + 120)
def run_opens_the_demo_line(t):
    w = opened(t)
    w.wait_text('Ready · demo', 20)
    w.wait_text(BANNER)
    w.type('Number', '600')
    w.click('Call')
    w.find('Hang up')
    w.wait_text('00:01', 20)
    w.shot('call')
    w.click('Hang up')
    w.gone('Hang up')
    w.click('Use your own')
    w.find('Save and connect')
    w.shot('settings')
    if os.path.exists(stored(t)):
        with open(stored(t), encoding='utf-8') as f:
            need('"server"' not in f.read(), 'the demo line was stored')


@test(BUILD_S + 60)
def run_opens_the_stored_account(t):
    os.makedirs(os.path.dirname(stored(t)))
    with open(stored(t), 'w', encoding='utf-8') as f:
        json.dump({'version': 1, 'accounts': [{
            'id': '7d0a9f5e-3c55-4c6b-9e7e-0d6e1f0a2b11', 'server': 'pbx.invalid', 'port': 7443,
            'login': '100'}]}, f)
    w = opened(t)
    w.click('Main menu')
    w.click('Settings')
    wait_for('the stored server', lambda: w.read('Server') == 'pbx.invalid', 8, every=0.1)
    need(BANNER not in w.texts(), 'the demo line in the place of the account')


@test(BUILD_S + 60)
def run_calls_without_a_display(t):
    r = run([RUN], timeout=BUILD_S, check=False, env=NO_DISPLAY)
    need(r.returncode == 0, f'exit {r.returncode}: {r.stderr[-400:]}')
    need(r.stdout.rstrip().endswith('The echo was heard.'), r.stdout[-400:])


@test(60)
def run_tells_an_echo_from_silence(t):
    """The same script, over a built tree whose phone says nothing into the call."""
    bin_dir = t.path('tree/build/release/bin')
    os.makedirs(bin_dir)
    shutil.copy(RUN, t.path('tree/run'))
    release = os.path.join(BUILD, 'release', 'bin')
    os.symlink(os.path.join(release, 'ars-demo-line'), os.path.join(bin_dir, 'ars-demo-line'))
    for path, text in ((os.path.join(bin_dir, 'ars-phone-cli'),
                        SILENT_CLI.format(cli=os.path.join(release, 'ars-phone-cli'))),
                       (t.path('tree/cmake'), '#!/bin/sh\n')):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(path, 0o755)
    with open(t.path('tree/build/release/build.ninja'), 'w', encoding='utf-8'):
        pass
    r = run([t.path('tree/run')], check=False, timeout=50,
            env={**NO_DISPLAY, 'PATH': f'{t.path("tree")}:{os.environ["PATH"]}'})
    need(r.returncode == 1 and 'the echo was not heard' in r.stderr,
         f'exit {r.returncode}: {r.stderr[-300:]}')
