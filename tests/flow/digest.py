"""HTTP digest as RFC 7616 and RFC 8760 want it of a SIP client."""

import hashlib
import re

HASHES = {'md5': 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512_256'}
STRENGTH = ('md5', 'sha-256', 'sha-512-256')
# RFC 7616 3.4: these stand in quotes in a response, those must not.
QUOTED = ('username', 'realm', 'nonce', 'uri', 'response', 'cnonce', 'opaque')
BARE = ('algorithm', 'qop', 'nc')


def parse(value):
    """'Digest a="b", c=d' -> (scheme, {name: (text, was quoted)})."""
    scheme, _, rest = value.strip().partition(' ')
    fields = {}
    for name, quoted, bare in re.findall(r'([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))', rest):
        fields[name.lower()] = (re.sub(r'\\(.)', r'\1', quoted), True) if not bare else (bare, False)
    return scheme, fields


class Challenge:
    def __init__(self, value, proxy):
        self.scheme, fields = parse(value)
        self.fields = {k: v for k, (v, _) in fields.items()}
        self.proxy = proxy
        self.nonce = self.fields.get('nonce')
        self.realm = self.fields.get('realm')
        self.algorithm = self.fields.get('algorithm', 'MD5')
        self.stale = self.fields.get('stale', '').lower() == 'true'
        self.count = 0

    @property
    def rank(self):
        low = self.algorithm.lower()
        return STRENGTH.index(low) if low in STRENGTH and self.scheme.lower() == 'digest' else -1


def challenges(msg):
    """Those of a 401 or 407."""
    found = [Challenge(v, False) for v in msg.all('www-authenticate')]
    return found + [Challenge(v, True) for v in msg.all('proxy-authenticate')]


def _hash(algorithm, text):
    name = HASHES[algorithm.lower()]
    return hashlib.new(name.replace('_', '-') if name == 'sha512_256' else name,
                       text.encode()).hexdigest()


def response(challenge, method, fields, user, password):
    algorithm = challenge.algorithm
    ha1 = _hash(algorithm, '%s:%s:%s' % (user, challenge.realm, password))
    ha2 = _hash(algorithm, '%s:%s' % (method, fields['uri'][0]))
    if 'qop' in fields:
        return _hash(algorithm, ':'.join((ha1, challenge.nonce, fields['nc'][0],
                                          fields['cnonce'][0], fields['qop'][0], ha2)))
    return _hash(algorithm, ':'.join((ha1, challenge.nonce, ha2)))


class Digests:
    """The nonces of a run and how often each was used."""

    def __init__(self, user, password):
        self.user, self.password = user, password
        self.nonces = {}

    def learn(self, msg):
        found = challenges(msg)
        for challenge in found:
            self.nonces[challenge.nonce] = challenge
            challenge.rivals = [c for c in found if c.proxy == challenge.proxy
                                and c.realm == challenge.realm]

    def check(self, msg, bad):
        """Every credential in a request; returns the nonces used."""
        used = []
        for name, proxy in (('authorization', False), ('proxy-authorization', True)):
            for value in msg.all(name):
                nonce = self._one(msg, value, proxy, bad)
                if nonce:
                    used.append(nonce)
        return used

    def _one(self, msg, value, proxy, bad):
        scheme, fields = parse(value)
        missing = [n for n in ('username', 'realm', 'nonce', 'uri', 'response') if n not in fields]
        if scheme != 'Digest' or missing:
            bad('digest.grammar', 'scheme %r, missing %s' % (scheme, missing))
            return None
        for name, (_, quoted) in fields.items():
            if (name in QUOTED and not quoted) or (name in BARE and quoted):
                bad('digest.grammar', 'quotes of %s' % name)
        challenge = self.nonces.get(fields['nonce'][0])
        if not challenge or challenge.proxy != proxy:
            bad('digest.nonce', 'nonce %r was given in no such challenge' % fields['nonce'][0])
            return None
        self._against(msg, fields, challenge, bad)
        return challenge.nonce

    def _against(self, msg, fields, challenge, bad):
        said = {k: v for k, (v, _) in fields.items()}
        for name in ('realm', 'opaque', 'algorithm'):
            if said.get(name) != challenge.fields.get(name):
                bad('digest.' + name, '%s is %r, challenge says %r'
                    % (name, said.get(name), challenge.fields.get(name)))
                return
        if said['username'] != self.user:
            bad('digest.username', 'username %r' % said['username'])
        if said['uri'] != msg.uri:
            bad('digest.uri', 'uri %r for %r' % (said['uri'], msg.uri))
        if challenge.rank < max(c.rank for c in challenge.rivals):
            bad('digest.algorithm', '%s though a stronger one was offered' % challenge.algorithm)
        if 'qop' in challenge.fields:
            if said.get('qop') != 'auth' or not said.get('cnonce'):
                bad('digest.grammar', 'qop %r, cnonce %r' % (said.get('qop'), said.get('cnonce')))
                return
            challenge.count += 1
            if said.get('nc') != '%08x' % challenge.count:
                bad('digest.nc', 'nc %r, use number %d' % (said.get('nc'), challenge.count))
        if said['response'] != response(challenge, msg.method, fields, self.user, self.password):
            bad('digest.response', 'response %r is wrong' % said['response'])
