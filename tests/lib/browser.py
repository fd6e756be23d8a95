"""SIP.js in a headless Chromium: a page that takes commands and tells what happens, over HTTP."""
import contextlib
import functools
import http.server
import json
import os
import queue
import threading
import time
import urllib.parse

from phone import Phone
from proc import CACHE, Process, TOP, UNHURRIED, need

PAGE = os.path.join(TOP, 'tests', 'interop', 'browser')
SIPJS = os.path.join(CACHE, 'sipjs', 'package')
FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync',
         '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
         '--autoplay-policy=no-user-gesture-required', '--ignore-certificate-errors']
NO_CARDS = ['--disable-audio-output', '--use-fake-device-for-media-stream']
MICROPHONE = ['--use-fake-ui-for-media-stream']


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, browser, *args):
        self.browser = browser
        super().__init__(*args, directory=PAGE)

    def translate_path(self, path):
        path = urllib.parse.urlsplit(path).path
        if path.startswith('/sip.js/'):
            return os.path.join(SIPJS, path[len('/sip.js/'):])
        return super().translate_path(path)

    def answer(self, body):
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path != '/next':
            super().do_GET()
            return
        try:
            line = self.browser.lines.get(timeout=5)
        except queue.Empty:
            line = ''
        self.answer(line.encode())

    def do_POST(self):
        self.browser.said(json.loads(self.rfile.read(int(self.headers['Content-Length']))))
        self.answer(b'')

    def handle(self):
        with contextlib.suppress(ConnectionError):   # the browser is gone
            super().handle()

    def log_message(self, *_):
        pass


class Browser(Phone):
    """
    do() and wait() as with a phone of ours; SIP.js's names for what happens. cards: environment of a
    PulseAudio whose default sink and source it uses; sound: 'plain' or 'processed', what it sends.
    codec: the only one that it answers with, as SDP names it.
    """

    def __init__(self, t, url, user, hz, microphone, cards=None, sound='', codec=None):
        self.name, self.events, self.pos = f'browser {user}', [], 0
        self.changed, self.lines = threading.Condition(), queue.Queue()
        self.out = open(t.path(f'browser-{user}.jsonl'), 'wb')
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0),
                                                      functools.partial(Handler, self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        query = urllib.parse.urlencode({'server': url, 'user': user, 'hz': hz,
                                        'password': f'secret{user}',
                                        **({'codec': codec} if codec else {}),
                                        **({'cards': sound} if cards else {}),
                                        **({'microphone': 1} if microphone else {})})
        self.p = Process([*([] if cards else UNHURRIED), 'chromium', *FLAGS,
                          *([] if cards else NO_CARDS), *(MICROPHONE if microphone else []),
                          f'--user-data-dir={t.path("profile-" + user)}',
                          f'http://127.0.0.1:{self.server.server_port}/page.html?{query}'],
                         t.path(f'chromium-{user}.txt'), env={**(cards or {}), 'HOME': t.dir})
        t.own(self)
        self.wait('registered', 20)

    def said(self, event):
        event['_at'] = time.monotonic()
        self.out.write(json.dumps(event).encode() + b'\n')
        self.out.flush()
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def do(self, line):
        self.lines.put(line)

    def _tail(self):
        return json.dumps(self.events[-4:])

    def need_tone(self, hz, times=3, **call):
        """Hears that tone, and no other is stronger, so many times in a row."""
        hits, until = 0, time.monotonic() + 10
        while hits < times:
            heard = self.wait('heard', 5, **call)
            hits = hits + 1 if abs(heard['hz'] - hz) < 6 and heard['db'] > -50 else 0
            need(time.monotonic() < until, f'{self.name}: no {hz} Hz: {heard}')
        return heard

    def stop(self):
        self.p.stop()
        self.server.shutdown()
        self.server.server_close()
        self.out.close()
