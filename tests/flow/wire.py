"""The peer's side of TLS and RFC 6455, with every record and frame in our hands.

Records are opened one by one, so that the transcript can say whether a record held more than one frame;
FreeSWITCH loses what follows the first.
"""

import asyncio
import base64
import hashlib
import ssl
import struct
import time

GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Entry:
    """One thing that passed: an upgrade, a frame (fragments joined), a close."""

    def __init__(self, who, conn, kind, opcode=0, data=b'', **meta):
        self.who, self.conn, self.kind = who, conn, kind
        self.opcode, self.data, self.meta = opcode, data, meta
        self.t = time.monotonic()
        self.label = None
        self.expects = []


class Connection(asyncio.Protocol):
    def __init__(self, server):
        self.server = server
        self.number = server.next_number()
        self.inc, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = server.context.wrap_bio(self.inc, self.out, server_side=True)
        self.tls.owner = self
        self.sni = None
        self.records = b''
        self.plain = b''
        self.state = 'tls'
        self.fragments = None

    # ---- TLS ----

    def connection_made(self, transport):
        self.transport = transport
        self.rport = transport.get_extra_info('peername')[1]

    def connection_lost(self, exc):
        if self.state == 'open':
            self.server.note(Entry('phone', self.number, 'lost'))
        self.state = 'closed'
        self.server.on_closed(self)

    def data_received(self, data):
        self.records += data
        while len(self.records) >= 5:
            size = 5 + struct.unpack('!H', self.records[3:5])[0]
            if len(self.records) < size:
                break
            record, self.records = self.records[:size], self.records[size:]
            self.inc.write(record)
            self._record()

    def _record(self):
        try:
            if self.state == 'tls':
                self.tls.do_handshake()
                self.state = 'http'
            if self.state in ('http', 'open'):
                got = b''
                while True:
                    try:
                        part = self.tls.read(65536)
                    except ssl.SSLWantReadError:
                        break
                    if not part:
                        break
                    got += part
                if got:
                    self._plain(got)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as err:
            self.server.on_tls_error(err)
        self._flush()

    def _flush(self):
        data = self.out.read()
        if data and not self.transport.is_closing():
            self.transport.write(data)

    # ---- upgrade ----

    def _plain(self, got):
        self.plain += got
        if self.state == 'http':
            head, blank, rest = self.plain.partition(b'\r\n\r\n')
            if not blank:
                return
            self.plain = rest
            self._upgrade(head.decode('latin-1'))
        if self.state == 'open' and self.plain:
            self._frames()

    def _upgrade(self, head):
        lines = head.split('\r\n')
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(':')
            fields[name.strip().lower()] = value.strip()
        self.server.note(Entry('phone', self.number, 'upgrade', request=lines[0], fields=fields,
                               sni=self.sni))
        key = hashlib.sha1((fields.get('sec-websocket-key', '') + GUID).encode()).digest()
        answer = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade',
                  'Sec-WebSocket-Accept: ' + base64.b64encode(key).decode()]
        if 'sec-websocket-protocol' in fields:
            answer.append('Sec-WebSocket-Protocol: sip')
        self.tls.write(('\r\n'.join(answer) + '\r\n\r\n').encode())
        self.state = 'open'
        self.server.on_open(self)

    # ---- frames in ----

    def _frames(self):
        """One record's worth: whole frames, and perhaps the beginning of the next."""
        done = []
        while True:
            frame = self._one()
            if not frame:
                break
            done.append(frame)
        shared = len(done) + bool(self.plain) > 1
        for fin, opcode, masked, data in done:
            self._frame(fin, opcode, masked, data, shared)

    def _one(self):
        buf = self.plain
        if len(buf) < 2:
            return None
        size, at = buf[1] & 127, 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            if len(buf) < at + wide:
                return None
            size, at = int.from_bytes(buf[at:at + wide], 'big'), at + wide
        masked = bool(buf[1] & 128)
        mask = buf[at:at + 4] if masked else b'\0\0\0\0'
        at += 4 if masked else 0
        if len(buf) < at + size:
            return None
        data = bytes(b ^ mask[i & 3] for i, b in enumerate(buf[at:at + size]))
        self.plain = buf[at + size:]
        return bool(buf[0] & 128), buf[0] & 15, masked, data

    def _frame(self, fin, opcode, masked, data, shared):
        meta = {'masked': masked, 'shared': shared, 'frames': 1}
        if opcode in (CONT, TEXT, BINARY):
            if opcode == CONT and self.fragments:
                opcode, before, count = self.fragments
                data, meta['frames'] = before + data, count + 1
            if not fin:
                self.fragments = (opcode, data, meta['frames'])
                return
            self.fragments = None
        self.server.note(Entry('phone', self.number, 'frame', opcode, data, **meta))
        if opcode == PING:
            self.send_frame(PONG, data)
        elif opcode == CLOSE:
            if self.state == 'open':
                self.send_frame(CLOSE, data[:2])
                self.state = 'closed'
                self.transport.close()

    # ---- frames out: each write of ours is one record ----

    def send_frame(self, opcode, data, fin=True):
        head = bytes([(128 if fin else 0) | opcode])
        if len(data) < 126:
            head += bytes([len(data)])
        elif len(data) < 65536:
            head += b'\x7e' + struct.pack('!H', len(data))
        else:
            head += b'\x7f' + struct.pack('!Q', len(data))
        if self.state == 'open':
            self.tls.write(head + data)
            self._flush()

    def send(self, data, how='text'):
        """how: text, binary, fragments (three frames with a PING between)."""
        self.server.note(Entry('peer', self.number, 'frame', BINARY if how == 'binary' else TEXT, data))
        if how != 'fragments':
            self.send_frame(BINARY if how == 'binary' else TEXT, data)
            return
        third = len(data) // 3
        self.send_frame(TEXT, data[:third], fin=False)
        self.send_frame(PING, b'between')
        self.send_frame(CONT, data[third:2 * third], fin=False)
        self.send_frame(CONT, data[2 * third:])

    def close(self, code=1001):
        self.server.note(Entry('peer', self.number, 'close'))
        self.send_frame(CLOSE, struct.pack('!H', code))
        self.state = 'closed'
        self.transport.close()

    def drop(self):
        """As a cable that is pulled: no close frame, a reset."""
        self.server.note(Entry('peer', self.number, 'close'))
        self.state = 'closed'
        self.transport.abort()


class Server:
    """Listens on loopback; keeps the transcript."""

    def __init__(self, cert, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.context.sni_callback = self._on_sni
        self.entries = []
        self.open = []
        self.count = 0
        self.tls_errors = []
        self.changed = asyncio.Event()

    @staticmethod
    def _on_sni(tls, name, _context):
        tls.owner.sni = name

    async def start(self):
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(lambda: Connection(self), '127.0.0.1', 0)
        self.port = self.listener.sockets[0].getsockname()[1]

    def stop(self):
        self.listener.close()
        for conn in list(self.open):
            conn.transport.abort()

    def next_number(self):
        self.count += 1
        return self.count

    def note(self, entry):
        self.entries.append(entry)
        self.changed.set()

    def on_open(self, conn):
        self.open.append(conn)
        self.changed.set()

    def on_closed(self, conn):
        if conn in self.open:
            self.open.remove(conn)
        self.changed.set()

    def on_tls_error(self, err):
        self.tls_errors.append(str(err))

    @property
    def conn(self):
        return self.open[-1] if self.open else None
