"""Plays one case: starts the phone, is its PBX, keeps the transcript."""

import asyncio
import json
import os
import re
import secrets
import shlex
import socket
import time

import expect
import sipmsg
from pbx import Pbx
from sipmsg import Message
from wire import Server

STARTUP = 15.0     # until a program on a busy machine has come to connect
PATIENCE = 3.0
DOMAIN = 'pbx.test'
EDGE = 'edge.test'
SETTLE = 0.05


class Failed(Exception):
    pass


def words_of(text):
    """'inv sdp=answer crlf' -> (['inv', 'crlf'], {'sdp': 'answer'})."""
    plain, options = [], {}
    for word in shlex.split(text):
        m = re.match(r'([a-z]+)=(.*)$', word, re.S)
        if m:
            options[m.group(1)] = m.group(2)
        else:
            plain.append(word)
    return plain, options


def terms_of(text):
    """Words of `peer<` and `event`; quotes and backslashes stay, 'a word with spaces' in single quotes."""
    return [w[1:-1] if w[0] == "'" and w[-1] == "'" and len(w) > 1 else w
            for w in re.findall(r"'[^']*'|\S+", text)]


class Player:
    def __init__(self, case, cli, certs, account):
        self.case, self.cli, self.certs, self.account = case, cli, certs, account
        self.server = Server(certs.cert, certs.key)
        self.labels, self.current, self.tokens = {}, None, {}
        self.read, self.inbox = 0, []
        self.events, self.cursor = [], 0
        self.complaints = []
        self.process = None
        self.errors = b''
        # Nobody answers here: flow cases are about signalling.
        self.deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.deaf.bind(('127.0.0.1', 0))
        self.pbx = Pbx(self.deaf.getsockname()[1], self.token)
        self.changed = self.server.changed
        self.step_at = time.monotonic()

    # ---- variables ----

    def token(self, name):
        if name not in self.tokens:
            made = secrets.token_hex(6)
            if name.startswith('fingerprint'):
                made = ':'.join('%02X' % b for b in secrets.token_bytes(32))
            self.tokens[name] = made
        return self.tokens[name]

    def value(self, name):
        if name.startswith('@'):
            return self.token(name[1:])
        fixed = {'domain': DOMAIN, 'user': self.account.user, 'mediaport': str(self.pbx.media_port),
                 'wsport': str(self.server.port), 'fingerprint': self.token('fingerprint'),
                 'rport': str(self.server.conn.rport if self.server.conn else 0)}
        if name in fixed:
            return fixed[name]
        if name == 'contactuser':
            return sipmsg.uri_user(self.value('contact'))
        label, dot, rest = name.partition('.')
        if dot and label in self.labels:
            msg, name = self.labels[label], rest
        elif name == 'contact' and 'REGISTER' in self.labels:
            msg = self.labels['REGISTER']
        else:
            msg = self.current
        found = expect.field(msg, name) if msg else None
        if found is None and msg:
            found = msg.get(name)
        if found is None:
            raise Failed('nothing known as ${%s}' % name)
        return found

    def expand(self, text):
        return re.sub(r'\$\{([^}]+)\}', lambda m: m.group(0) if m.group(1) == 'len'
                      else self.value(m.group(1)), text)

    # ---- the phone ----

    async def start(self):
        await self.server.start()
        cmd = [self.cli, 'script', '--server', DOMAIN, '--port', str(self.server.port),
               '--path', self.account.path, '--login', self.account.user,
               '--password-file', self.certs.password_file(self.account.password),
               '--ca', self.certs.ca, '--map', 'MAP %s 127.0.0.1' % self.account.host,
               '--audio-in', 'silence', '--audio-out', 'none', '--json', '--timeout', '30']
        if self.account.host != DOMAIN:
            cmd += ['--outbound-proxy', self.account.host]
        if self.account.display:
            cmd += ['--display-name', self.account.display]
        env = {k: v for k, v in os.environ.items()
               if 'proxy' not in k.lower() and not k.startswith('ARS_')}
        self.process = await asyncio.create_subprocess_exec(
            *cmd, *self.case.args, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=env)
        self.readers = [asyncio.ensure_future(self.read_events()),
                        asyncio.ensure_future(self.read_errors())]

    async def read_events(self):
        last = -1
        while True:
            line = await self.process.stdout.readline()
            if not line:
                break
            try:
                event = json.loads(line)
                if not isinstance(event['event'], str) or event['t'] < last:
                    raise ValueError
                last = event['t']
                self.events.append(event)
            except (ValueError, KeyError, TypeError):
                self.complaints.append('json: bad event line %r' % line)
            if self.account.password.encode() in line:
                self.complaints.append('secret: the password is in the output')
            self.changed.set()
        self.changed.set()

    async def read_errors(self):
        self.errors = await self.process.stderr.read()
        if self.account.password.encode() in self.errors:
            self.complaints.append('secret: the password is in the log')

    # ---- waiting ----

    async def until(self, found, seconds):
        """The first true value of found(), None when time is up."""
        end = time.monotonic() + seconds
        while True:
            self.changed.clear()
            result = found()
            if result:
                return result
            left = end - time.monotonic()
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(self.changed.wait(), left)
            except asyncio.TimeoutError:
                pass

    def collect(self):
        """Moves what the phone sent from the transcript to the inbox."""
        entries = self.server.entries
        while self.read < len(entries):
            entry = entries[self.read]
            self.read += 1
            if entry.who != 'phone' or entry.kind != 'frame' or entry.opcode > 2:
                continue
            if not entry.data.strip():
                self.inbox.append((entry, None))
                continue
            msg = Message(entry.data)
            self.pbx.saw(msg)
            if msg.method == 'REGISTER':
                self.labels['REGISTER'] = msg
            if msg.status != 100:
                self.inbox.append((entry, msg))

    # ---- steps ----

    async def play(self):
        await self.until(lambda: self.server.entries, STARTUP)
        for step in self.case.steps:
            handler = {'phone>': self.on_phone, 'peer<': self.on_receive, 'peer>': self.on_send,
                       'event': self.on_event, 'noevent': self.on_noevent, 'wait': self.on_wait,
                       'close': self.on_close, 'drop': self.on_close, 'raw': self.on_raw,
                       'eof': self.on_eof}[step.verb]
            try:
                await handler(step)
            except Failed as why:
                raise Failed('%s: %s' % (step.where, why)) from None
            self.step_at = time.monotonic()
        await asyncio.sleep(SETTLE)
        self.collect()
        left = [m.title() if m else 'CRLF' for _, m in self.inbox]
        if left:
            raise Failed('sent what nothing asked for: %s' % ', '.join(left))

    async def on_phone(self, step):
        self.process.stdin.write((self.expand(step.text) + '\n').encode())
        await self.process.stdin.drain()

    async def on_eof(self, step):
        del step
        self.process.stdin.close()

    async def on_wait(self, step):
        await asyncio.sleep(float(step.text))

    async def on_close(self, step):
        conn = self.server.conn
        if not conn:
            raise Failed('no connection is open')
        if step.verb == 'close':
            conn.close(int(step.text or 1001))
        else:
            conn.drop()

    def take(self, wanted):
        """The oldest message in the inbox that is wanted: 'INVITE', '200 BYE', 'crlf'."""
        self.collect()
        for i, (entry, msg) in enumerate(self.inbox):
            if expect.wanted(wanted, msg.title() if msg else 'crlf'):
                del self.inbox[i]
                return entry, msg
        return None

    async def on_receive(self, step):
        words = terms_of(step.text)
        if words[0] == 'nothing':
            await asyncio.sleep(float(words[1]) if len(words) > 1 else 0.3)
            self.collect()
            if self.inbox:
                raise Failed('%s came' % ', '.join(m.title() if m else 'CRLF' for _, m in self.inbox))
            return
        wanted = words.pop(0)
        if wanted[0] in '123456(':
            wanted += ' ' + words.pop(0)
        limits = {'within': PATIENCE, 'after': 0.0}
        label, terms = None, []
        while words:
            word = words.pop(0)
            if word == 'as':
                label = words.pop(0)
            elif word in limits:
                limits[word] = float(words.pop(0))
            else:
                terms.append(self.expand(word))
        found = await self.until(lambda: self.take(wanted), limits['within'])
        if not found:
            raise Failed('no %s came; waiting are: %s; events: %s' % (
                wanted, ', '.join(m.title() if m else 'CRLF' for _, m in self.inbox) or 'none',
                ', '.join(e['event'] for e in self.events) or 'none'))
        entry, msg = found
        if limits['after'] and entry.t - self.step_at < limits['after']:
            raise Failed('%s came after %.2f s' % (wanted, entry.t - self.step_at))
        entry.expects, entry.label = terms, label
        if msg:
            entry.meta['wanted'] = wanted
        if msg:
            self.current = msg
            if label:
                self.labels[label] = msg

    async def on_event(self, step):
        words = terms_of(step.text)
        name, terms = words[0], [self.expand(w) for w in words[1:]]
        limit = PATIENCE
        if 'within' in terms:
            at = terms.index('within')
            limit = float(terms[at + 1])
            del terms[at:at + 2]
        seen = []

        def look():
            for i in range(self.cursor, len(self.events)):
                event = self.events[i]
                if event['event'] != name:
                    continue
                wrong = [t for t in terms if not self.holds(event, t)]
                if not wrong:
                    self.cursor = i + 1
                    return True
                seen.append('%s (not %s)' % (json.dumps(event, ensure_ascii=False), ' '.join(wrong)))
            return False

        if not await self.until(look, limit):
            rest = [e['event'] for e in self.events[self.cursor:]]
            raise Failed('no event %s; %s' % (step.text, seen[-1] if seen else 'there were: %s' % rest))

    @staticmethod
    def holds(event, term):
        name, how, wanted = re.match(r'(\w+)(=|~)(.*)$', term, re.S).groups()
        said = event.get(name)
        said = str(said) if not isinstance(said, bool) else str(said).lower()
        return said == wanted if how == '=' else bool(re.search(wanted, said))

    async def on_noevent(self, step):
        name, _, seconds = step.text.partition(' ')
        await asyncio.sleep(float(seconds or 0.3))
        if any(e['event'] == name for e in self.events[self.cursor:]):
            raise Failed('event %s came' % name)

    # ---- what the PBX says ----

    def transmit(self, data, how='text', bad=False):
        conn = self.server.conn
        if not conn:
            raise Failed('no connection is open')
        conn.send(data, how)
        if bad:
            self.server.entries[-1].meta['bad'] = True

    async def on_raw(self, step):
        """raw [binary] "bytes with escapes", or a block: a frame as it is."""
        if step.block:
            self.transmit(self.bytes_of(step.block), bad=True)
            return
        binary, data = re.match(r'(binary )?"(.*)"$', step.text).groups()
        data = data.encode('latin-1').decode('unicode_escape').encode('latin-1')
        self.transmit(data, 'binary' if binary else 'text', bad=bool(data.strip()))

    @staticmethod
    def bytes_of(block):
        """Byte for byte: each line with CRLF unless a backslash ends it, \\xNN and \\\\ as in Python."""
        data = '\r\n'.join(block + ['']).encode().replace(b'\\\r\n', b'')
        return re.sub(rb'\\(?:x([0-9a-f]{2})|(.))',
                      lambda m: bytes.fromhex(m.group(1).decode()) if m.group(1) else m.group(2), data)

    def verbatim(self, block):
        """A message that stands in the case word for word; CRLF for the line ends."""
        lines = [self.expand(line) for line in block]
        if '' not in lines:
            lines.append('')
        at = lines.index('')
        body = ''.join(line + '\r\n' for line in lines[at + 1:]).encode()
        head = '\r\n'.join(lines[:at]).replace('${len}', str(len(body)))
        return (head + '\r\n\r\n').encode() + body

    async def on_send(self, step):
        words, options = words_of(self.expand(step.text))
        how = 'text'
        for kind in ('fragments', 'binary'):
            if kind in words:
                words.remove(kind)
                how = kind
        label = None
        if 'as' in words:
            at = words.index('as')
            label = words[at + 1]
            del words[at:at + 2]
        if not words:
            data = self.verbatim(step.block)
        elif words[0].isdigit():
            asked = self.labels.get(words[1]) if len(words) > 1 else self.current
            if not asked:
                raise Failed('no message %s' % words[1])
            data = self.pbx.respond(asked, int(words[0]), options.get('phrase'), options,
                                    self.extra(step.block), self.server.conn.rport)
        else:
            data = self.peer_request(words, options, step.block)
        if label:
            self.labels[label] = Message(data)
        self.transmit(data, how)

    def extra(self, block):
        return [self.expand(line) for line in block if line]

    def peer_request(self, words, options, block):
        method = words[0]
        if words[1] == 'in':
            call = self.pbx.call(self.labels[words[2]].call_id)
        else:
            call = self.pbx.call('%s@pbx.test' % self.token('call%d' % len(self.pbx.calls)))
            number = options.get('from', '555123')
            call.local = '%s<sip:%s@pbx.test>;tag=%s' % (options.get('name', ''), number,
                                                         self.token('from' + call.call_id))
            call.remote = options.get('to', '<sip:%s@pbx.test>' % self.account.user)
            call.target = self.value('contact')
        lines = [self.expand(line) for line in block]
        at = lines.index('') if '' in lines else len(lines)
        body = ''.join(line + '\r\n' for line in lines[at + 1:])
        if 'branch' in words:
            raise Failed('a branch is made up')
        return self.pbx.request(method, call, options, lines[:at], body)

    # ---- the end ----

    async def finish(self):
        """Ends the script; the peer says yes to whatever the phone still asks."""
        if not self.process:
            return
        if self.process.returncode is None:
            try:
                self.process.stdin.close()
            except (BrokenPipeError, ConnectionResetError):
                pass
        end = time.monotonic() + 5
        while not all(r.done() for r in self.readers) and time.monotonic() < end:
            self.changed.clear()
            self.agree()
            try:
                await asyncio.wait_for(self.changed.wait(), 0.1)
            except asyncio.TimeoutError:
                pass
        if not all(r.done() for r in self.readers):
            self.complaints.append('exit: still there 5 s after the end of its script')
            self.process.kill()
        code = await self.process.wait()
        await asyncio.gather(*self.readers)
        if code != self.case.exit:
            self.complaints.append('exit: code %s, %d wanted' % (code, self.case.exit))
        self.server.stop()
        self.deaf.close()

    def agree(self):
        self.collect()
        waiting, self.inbox = self.inbox, []
        for _, msg in waiting:
            conn = self.server.conn
            if not msg or not conn:
                continue
            if msg.method in ('REGISTER', 'BYE', 'CANCEL'):
                extra = []
                if msg.method == 'REGISTER' and msg.contact.params.get('expires') != '0':
                    extra = ['Contact: <%s>;expires=600' % msg.contact.uri]
                conn.send(self.pbx.respond(msg, 200, None, {}, extra, conn.rport))
                if msg.method == 'CANCEL':
                    invites = [m for m in self.labels.values() if m.method == 'INVITE'
                               and m.via.branch == msg.via.branch]
                    for invite in invites[:1]:
                        conn.send(self.pbx.respond(invite, 487, None, {}, [], conn.rport))
            elif msg.method == 'INVITE':
                conn.send(self.pbx.respond(msg, 503, None, {}, [], conn.rport))
            elif msg.status >= 300 and msg.cseq_method == 'INVITE':
                call = self.pbx.call(msg.call_id)
                if call.invite:
                    conn.send(self.pbx.request('ACK', call, {}, []))
