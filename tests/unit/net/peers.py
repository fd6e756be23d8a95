#!/usr/bin/python3
"""Peers for the tests of the WebSocket client, none of it built on our own code.

usage: peers.py MODE CERT KEY

Prints "port N", then what it sees as lines, and ends by itself. TLS is Python's, fed record by
record, so that it can tell which frame came in which record; frames are made and read by hand.
The mode "library" is python3-websockets.
"""
import asyncio
import base64
import hashlib
import os
import socket
import ssl
import struct
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0
NAMES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
LIMIT_S = 25
MESSAGE_MAX = 256 * 1024


def say(text):
    print(text, flush=True)


class Gone(Exception):
    """The client has closed the connection."""


class Tls:
    """The server's side of one TLS connection, one record at a time."""

    def __init__(self, sock, cert, key, version=None):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ctx.load_cert_chain(cert, key)
        if version:
            ctx.minimum_version = ctx.maximum_version = version
            ctx.set_ciphers("ALL:@SECLEVEL=0")
        ctx.sni_callback = lambda obj, name, c: say(f"sni {name}")
        self.sock = sock
        self.input = ssl.MemoryBIO()
        self.output = ssl.MemoryBIO()
        self.tls = ctx.wrap_bio(self.input, self.output, server_side=True)
        self.records = 0
        while True:
            try:
                self.tls.do_handshake()
                self.flush()
                break
            except ssl.SSLWantReadError:
                self.flush()
                self.input.write(self.raw_record())
            except ssl.SSLError:
                self.flush()  # the alert
                raise
        say(f"tls {self.tls.version()}")

    def flush(self):
        data = self.output.read()
        if data:
            self.sock.sendall(data)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise Gone()
            data += more
        return data

    def raw_record(self):
        head = self.exactly(5)
        return head + self.exactly(struct.unpack("!H", head[3:5])[0])

    def record(self):
        """The plain text of the next record that has any."""
        while True:
            self.input.write(self.raw_record())
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLZeroReturnError:
                raise Gone()
            if not data:
                raise Gone()
            self.records += 1
            return data

    def send(self, data):
        self.tls.write(data)
        self.flush()


class Peer:
    """A WebSocket over Tls."""

    def __init__(self, tls):
        self.tls = tls
        self.buffer = b""
        self.starts = 0  # frames that began in the newest record

    def more(self):
        self.buffer += self.tls.record()
        self.starts = 0

    def request(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        say("request " + lines[0])
        self.headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            self.headers[name.strip().lower()] = value.strip()
        for name in ("host", "origin", "sec-websocket-protocol", "sec-websocket-version",
                     "sec-websocket-extensions"):
            say(f"header {name} {self.headers.get(name, '-')}")

    def answer(self, status, *lines):
        text = "".join(line + "\r\n" for line in (f"HTTP/1.1 {status}",) + lines)
        self.tls.send((text + "\r\n").encode())

    def upgrade(self, protocol="sip", accept=None):
        self.request()
        key = self.headers["sec-websocket-key"].encode()
        if accept is None:
            accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        lines = ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
        if protocol is not None:
            lines.append(f"Sec-WebSocket-Protocol: {protocol}")
        self.answer("101 Switching Protocols", *lines)

    def send(self, opcode, payload=b"", fin=True):
        head = bytes([(0x80 if fin else 0) | opcode])
        if len(payload) < 126:
            head += bytes([len(payload)])
        elif len(payload) < 65536:
            head += bytes([126]) + struct.pack("!H", len(payload))
        else:
            head += bytes([127]) + struct.pack("!Q", len(payload))
        self.tls.send(head + payload)

    def need(self, n):
        while len(self.buffer) < n:
            self.more()

    def frame(self):
        """Opcode and payload of the next frame; complains about what no client may send."""
        self.need(1)
        self.starts += 1
        if self.starts > 1:
            say("shared record")
        self.need(2)
        fin, opcode = self.buffer[0] & 0x80, self.buffer[0] & 15
        masked, length = self.buffer[1] & 0x80, self.buffer[1] & 127
        at = 2
        if length >= 126:
            size = 2 if length == 126 else 8
            self.need(at + size)
            length = int.from_bytes(self.buffer[at:at + size], "big")
            at += size
        self.need(at + 4 + length)
        mask, body = self.buffer[at:at + 4], self.buffer[at + 4:at + 4 + length]
        self.buffer = self.buffer[at + 4 + length:]
        if not masked or not fin or self.buffer and length < 3:
            say("bad frame")
        payload = bytes(b ^ mask[i % 4] for i, b in enumerate(body))
        shown = repr(payload) if length <= 40 else f"{length} bytes"
        if opcode == CLOSE and length >= 2:
            shown = str(struct.unpack("!H", payload[:2])[0])
        if opcode == PING:
            shown = f"{length} bytes"
        say(f"{NAMES.get(opcode, opcode)} {shown}")
        return opcode, payload

    def until_close(self, pong=True):
        """Reads to the client's close frame, which is answered."""
        while True:
            opcode, payload = self.frame()
            if opcode == PING and pong:
                self.send(PONG, payload)
            if opcode == CLOSE:
                self.send(CLOSE, payload[:2])
                return


def mode_crlf(peer):
    peer.upgrade()
    peer.send(TEXT, b"\r\n")
    peer.send(TEXT, b"\r\n\r\n")
    peer.send(TEXT, b"\r\n\r\n\r\n")
    peer.send(TEXT, b"one")
    peer.until_close()


def mode_fragments(peer):
    """RFC 6455 section 5.4: control frames may stand between the fragments."""
    peer.upgrade()
    peer.send(TEXT, b"Hel", fin=False)
    peer.send(PING, b"1234")
    peer.send(MORE, b"l", fin=False)
    peer.send(MORE, b"", fin=False)
    peer.send(PONG, b"unasked")
    peer.send(MORE, b"o", fin=True)
    peer.send(TEXT, b"x" * 90000)
    peer.until_close()


def mode_split(peer):
    """A frame that arrives byte by byte, then several frames in one record."""
    peer.upgrade()
    for b in b"\x81\x04slow":
        peer.tls.send(bytes([b]))
    peer.tls.send(b"\x81\x03one" + b"\x81\x03two" + b"\x81\x05three")
    peer.until_close()


def mode_binary(peer):
    peer.upgrade()
    peer.send(BINARY, b"binary")
    peer.until_close()


def mode_greedy(peer):
    """Three requests of ours in one go, each to come in a record of its own."""
    peer.upgrade()
    peer.send(PING, b"in between")
    peer.send(TEXT, b"\r\n\r\n")
    peer.send(TEXT, b"go")
    peer.until_close()


def mode_largest(peer):
    peer.upgrade()
    peer.send(TEXT, b"m" * MESSAGE_MAX)
    peer.until_close()


def mode_too_large(peer):
    peer.upgrade()
    peer.send(TEXT, b"m" * MESSAGE_MAX, fin=False)
    peer.send(MORE, b"m")
    peer.until_close()


def mode_flood(peer):
    """More than anybody will keep unread."""
    peer.upgrade()
    for i in range(4000):
        peer.send(TEXT, b"%04d" % i + b"f" * 1020)
    peer.until_close()


def mode_no_protocol(peer):
    peer.upgrade(protocol=None)
    peer.send(TEXT, b"hello")
    peer.until_close()


def mode_other_protocol(peer):
    peer.upgrade(protocol="chat")
    peer.until_close()


def mode_two_protocols(peer):
    peer.upgrade(protocol="sip, chat")
    peer.until_close()


def mode_bad_accept(peer):
    peer.upgrade(accept="bm90IHRoZSByaWdodCBvbmU=")
    peer.until_close()


def status(code, *lines):
    def mode(peer):
        peer.request()
        peer.answer(code, *lines, "Content-Length: 0")
        peer.tls.record()
    return mode


def mode_hangup(peer):
    peer.request()


def mode_going_away(peer):
    peer.upgrade()
    peer.send(CLOSE, struct.pack("!H", 1001) + "до свидания".encode())
    opcode, _ = peer.frame()
    while opcode != CLOSE:
        opcode, _ = peer.frame()


def mode_vanish(peer):
    peer.upgrade()
    peer.tls.sock.close()


def mode_ping(peer):
    """Answers two pings, is silent then, and says after how long it was given up."""
    peer.upgrade()
    for _ in range(2):
        opcode, payload = peer.frame()
        assert opcode == PING
        peer.send(PONG, payload)
        last = time.monotonic()
    try:
        while True:
            peer.frame()
    finally:
        took = time.monotonic() - last
        say("given up in time" if 2.5 < took < 5 else f"given up after {took:.1f} s")


def mode_first_ping(peer):
    peer.upgrade()
    start = time.monotonic()
    while peer.frame()[0] != PING:
        pass
    took = time.monotonic() - start
    say("first ping in time" if 14.5 < took < 17.5 else f"first ping after {took:.1f} s")


def mode_name(peer):
    peer.upgrade()
    peer.until_close()


PEER_MODES = {
    "crlf": mode_crlf, "fragments": mode_fragments, "split": mode_split, "binary": mode_binary,
    "greedy": mode_greedy, "largest": mode_largest, "too-large": mode_too_large,
    "flood": mode_flood, "no-protocol": mode_no_protocol, "other-protocol": mode_other_protocol,
    "two-protocols": mode_two_protocols, "bad-accept": mode_bad_accept, "hangup": mode_hangup,
    "going-away": mode_going_away, "first-ping": mode_first_ping, "vanish": mode_vanish, "ping": mode_ping, "name": mode_name,
    "403": status("403 Forbidden"), "404": status("404 Not Found"), "401": status("401 No"),
    "200": status("200 OK"), "302": status("302 Found", "Location: https://127.0.0.1:1/ws"),
    "503": status("503 Service Unavailable", "Retry-After: 7"),
    # RFC 9110 10.2.3: until when, by the clock of the server, which may be any
    "503-date": status("503 Service Unavailable", "Date: Fri, 31 Dec 1999 23:59:49 GMT",
                       "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"),
    "503-past": status("503 Service Unavailable", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"),
    "426": status("426 Upgrade Required"),
}


def listen(family=socket.AF_INET, host="127.0.0.1"):
    s = socket.socket(family)
    s.bind((host, 0))
    s.listen(4)
    s.settimeout(LIMIT_S)
    say(f"port {s.getsockname()[1]}")
    return s


def accept(listener):
    sock, _ = listener.accept()
    sock.settimeout(LIMIT_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def until_gone(sock):
    try:
        while sock.recv(4096):
            pass
    except ConnectionResetError:
        pass


def one_peer(fn, cert, key, listener, version=None):
    sock = accept(listener)
    try:
        fn(Peer(Tls(sock, cert, key, version)))
    except (Gone, OSError) as e:
        say(f"gone {type(e).__name__}")
    sock.close()


def main_old_tls(cert, key):
    one_peer(mode_name, cert, key, listen(), ssl.TLSVersion.TLSv1_1)


def main_tls12(cert, key):
    one_peer(mode_name, cert, key, listen(), ssl.TLSVersion.TLSv1_2)


def main_ipv6(cert, key):
    one_peer(mode_name, cert, key, listen(socket.AF_INET6, "::1"))


def main_mute(cert, key):
    """TCP and nothing else."""
    until_gone(accept(listen()))


def main_mute_http(cert, key):
    def fn(peer):
        peer.request()
        peer.tls.record()
    one_peer(fn, cert, key, listen())


def main_plain(cert, key):
    """An HTTP server where TLS is expected."""
    sock = accept(listen())
    sock.recv(4096)
    sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    until_gone(sock)


def connect_request(sock):
    head = b""
    while b"\r\n\r\n" not in head:
        more = sock.recv(4096)
        if not more:
            raise Gone()
        head += more
    say(head.decode().split("\r\n")[0])
    return head.split()[1].decode()


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main_proxy(cert, key):
    """An HTTP proxy that leads to a peer of its own wherever it was asked to."""
    inner = socket.socket()
    inner.bind(("127.0.0.1", 0))
    inner.listen(1)
    inner.settimeout(LIMIT_S)
    peer = threading.Thread(target=one_peer, args=(mode_name, cert, key, inner))
    peer.start()
    client = accept(listen())
    connect_request(client)
    server = socket.create_connection(inner.getsockname())
    client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)
    peer.join()


def main_proxy_refuses(cert, key):
    client = accept(listen())
    connect_request(client)
    client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    until_gone(client)


def main_library(cert, key):
    """python3-websockets: echoes, and sends each message in three fragments on demand."""
    import websockets

    async def handler(ws):
        say(f"path {ws.request.path if hasattr(ws, 'request') else ws.path}")  # newer, older
        say(f"subprotocol {ws.subprotocol}")
        async for message in ws:
            if message == "fragments":
                await ws.send(["frag", "men", "ts"])
            elif message == "ping":
                await asyncio.wait_for(await ws.ping(b"from the library"), 5)
                await ws.send("ponged")
            else:
                await ws.send(message)
        say(f"closed {ws.close_code}")

    async def serve():
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ctx.load_cert_chain(cert, key)
        done = asyncio.Event()

        async def once(ws):
            await handler(ws)
            done.set()

        async with websockets.serve(once, "127.0.0.1", 0, ssl=ctx, subprotocols=["sip"],
                                    max_size=MESSAGE_MAX) as server:
            say(f"port {server.sockets[0].getsockname()[1]}")
            await asyncio.wait_for(done.wait(), LIMIT_S)

    asyncio.run(serve())


MAIN_MODES = {
    "old-tls": main_old_tls, "tls12": main_tls12, "ipv6": main_ipv6, "mute": main_mute,
    "mute-http": main_mute_http, "plain": main_plain, "proxy": main_proxy,
    "proxy-refuses": main_proxy_refuses, "library": main_library,
}


def main():
    mode, cert, key = sys.argv[1:4]
    if mode in MAIN_MODES:
        MAIN_MODES[mode](cert, key)
    else:
        one_peer(PEER_MODES[mode], cert, key, listen())
    sys.stdout.flush()
    os._exit(0)  # threads that wait for a client are of no interest


main()
