"""A TCP proxy in front of a server, so that its port can be shut and opened while it runs."""
import selectors
import socket
import struct
import threading


class Proxy:
    def __init__(self, target, address='127.0.0.1'):
        self.target = target
        self.address = (address, 0)
        self.sel = selectors.DefaultSelector()
        self.peers = {}
        self.listener = None
        self.accepted = 0
        self.lock = threading.Lock()
        self.bell, self.bell_in = socket.socketpair()
        self.sel.register(self.bell, selectors.EVENT_READ)
        self.running = True
        self.open()
        self.thread = threading.Thread(target=self._loop, daemon=True)
        self.thread.start()

    @property
    def port(self):
        return self.address[1]

    def open(self):
        """Listens; the first time on a port of the kernel's choice, then on the same."""
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(self.address)
        s.listen(16)
        self.address = s.getsockname()
        with self.lock:
            self.listener = s
            self.sel.register(s, selectors.EVENT_READ)
        self._ring()

    def shut(self):
        """Nobody can connect (refused), and who was connected is reset."""
        with self.lock:
            if self.listener:
                self.sel.unregister(self.listener)
                self.listener.close()
                self.listener = None
            for s in list(self.peers):
                self._drop(s, reset=True)
        self._ring()

    def stop(self):
        self.shut()
        self.running = False
        self._ring()
        self.thread.join(5)

    def _ring(self):
        self.bell_in.send(b'x')

    def _drop(self, s, reset=False):
        other = self.peers.pop(s, None)
        if other is None:
            return
        self.peers.pop(other, None)
        for x in (s, other):
            self.sel.unregister(x)
            if reset:
                x.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            x.close()

    def _accept(self):
        s, _ = self.listener.accept()
        try:
            t = socket.create_connection(self.target, 2)
        except OSError:
            s.close()
            return
        self.accepted += 1
        for a, b in ((s, t), (t, s)):
            self.peers[a] = b
            self.sel.register(a, selectors.EVENT_READ)

    def _pump(self, s):
        try:
            data = s.recv(65536)
            if data:
                self.peers[s].sendall(data)
        except OSError:
            data = b''
        if not data:
            self._drop(s)

    def _loop(self):
        while self.running:
            ready = [key.fileobj for key, _ in self.sel.select()]
            with self.lock:
                for s in ready:
                    if s is self.bell:
                        s.recv(64)
                    elif s is self.listener:
                        self._accept()
                    elif s in self.peers:
                        self._pump(s)
