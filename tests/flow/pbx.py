"""The plain PBX of the short forms `peer> 180 inv` and `peer> BYE in inv`: writes correct messages.

What a case carries word for word does not pass here.
"""

from sdp import Sdp
from sipmsg import Message

PHRASES = {100: 'Trying', 180: 'Ringing', 181: 'Call Is Being Forwarded', 183: 'Session Progress',
           200: 'OK', 202: 'Accepted', 302: 'Moved Temporarily', 401: 'Unauthorized', 403: 'Forbidden',
           404: 'Not Found', 407: 'Proxy Authentication Required', 408: 'Request Timeout',
           410: 'Gone', 423: 'Interval Too Brief', 480: 'Temporarily Unavailable',
           481: 'Call/Transaction Does Not Exist', 484: 'Address Incomplete', 486: 'Busy Here',
           487: 'Request Terminated', 488: 'Not Acceptable Here', 491: 'Request Pending',
           500: 'Server Internal Error', 503: 'Service Unavailable', 600: 'Busy Everywhere',
           603: 'Decline', 604: 'Does Not Exist Anywhere', 606: 'Not Acceptable'}


class Call:
    """The peer's half of one Call-ID."""

    def __init__(self, call_id):
        self.call_id = call_id
        self.local = self.remote = None   # header values with tags, the peer's view
        self.target = None                # the phone's Contact
        self.cseq = 100
        self.version = 1
        self.role = None                  # the peer's DTLS role
        self.offer = None                 # the phone's last offer
        self.invite = None                # the peer's last INVITE
        self.final = None                 # the phone's answer to that
        self.last_sdp = None


class Pbx:
    def __init__(self, media_port, token):
        self.media_port, self.token = media_port, token
        self.calls = {}

    def call(self, call_id):
        if call_id not in self.calls:
            self.calls[call_id] = Call(call_id)
        return self.calls[call_id]

    # ---- what the phone said ----

    def saw(self, msg):
        if msg.cseq_method not in ('INVITE', 'UPDATE'):
            return
        call = self.call(msg.call_id)
        if msg.method and msg.body:
            call.offer = Sdp(msg.body)
        if msg.method and msg.contact:
            call.target = msg.contact.uri
            call.remote = msg.from_.text
            call.local = call.local or msg.to.text
        if msg.status >= 200 and msg.cseq_method == 'INVITE':
            call.final = msg
        if 100 < msg.status < 300:
            call.remote = msg.to.text
            if msg.contact:
                call.target = msg.contact.uri
            if msg.body:
                if call.invite and not call.invite.body:
                    call.offer = Sdp(msg.body)
                setup = Sdp(msg.body).get('setup')
                call.role = {'active': 'passive', 'passive': 'active'}.get(setup, call.role)

    # ---- descriptions ----

    def sdp(self, call, kind):
        """kind: offer or answer, then words: a direction, same, active, port0, nofp, pcmu, g729, video."""
        kind, *options = kind.split(':')
        if 'same' in options and call.last_sdp:
            return call.last_sdp
        port = 0 if 'port0' in options else self.media_port
        offer = call.offer if kind == 'answer' else None
        if offer:
            audio = offer.audio
            formats = [(audio.pt('opus/48000'), 'opus/48000/2'),
                       (audio.pt('telephone-event/48000'), 'telephone-event/48000')]
            if 'pcmu' in options or not formats[0][0]:
                formats = [('0', 'PCMU/8000'), (audio.pt('telephone-event/8000'),
                                                'telephone-event/8000')]
            proto, mid, setup = audio.proto, audio.get('mid'), call.role or 'active'
            call.role = setup
        else:
            formats = [('107', 'opus/48000/2'), ('0', 'PCMU/8000'), ('8', 'PCMA/8000'),
                       ('101', 'telephone-event/48000'), ('104', 'telephone-event/8000')]
            proto, mid = 'UDP/TLS/RTP/SAVPF', 'audio-0'
            setup = 'active' if 'active' in options else 'actpass'
            if 'g729' in options:
                formats = [('18', 'G729/8000')]
        formats = [f for f in formats if f[0]]
        lines = ['v=0', 'o=- 4711 %d IN IP4 127.0.0.1' % call.version, 's=-', 'c=IN IP4 127.0.0.1',
                 't=0 0']
        call.version += 1
        if mid is not None:
            lines.append('a=group:BUNDLE ' + mid)
        lines.append('m=audio %d %s %s' % (port, proto, ' '.join(f[0] for f in formats)))
        lines += ['a=rtpmap:%s %s' % f for f in formats]
        if mid is not None:
            lines.append('a=mid:' + mid)
        lines += [k for k in self.keys(call, setup)
                  if not ('nofp' in options and k.startswith('a=fingerprint'))]
        lines += ['a=' + o for o in options if o in ('sendonly', 'recvonly', 'inactive', 'sendrecv')]
        if 'video' in options:
            lines += ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000']
        call.last_sdp = '\r\n'.join(lines) + '\r\n'
        return call.last_sdp

    def keys(self, call, setup):
        key = call.call_id
        return ['a=rtcp-mux', 'a=setup:' + setup, 'a=fingerprint:sha-256 ' + self.token('fingerprint'),
                'a=ice-ufrag:' + self.token('u' + key)[:8], 'a=ice-pwd:' + self.token('p' + key) * 2,
                'a=candidate:1 1 UDP 2130706431 127.0.0.1 %d typ host' % self.media_port]

    # ---- messages ----

    def respond(self, asked, status, phrase, options, extra, rport):
        """A response to a request of the phone."""
        call = self.call(asked.call_id) if asked.cseq_method in ('INVITE', 'UPDATE', 'BYE') else None
        to = asked.to.text
        if not asked.to.tag and status > 100:
            to += ';tag=' + self.token(options.get('totag', 'tag-' + asked.call_id))
        lines = ['SIP/2.0 %d %s' % (status, phrase or PHRASES.get(status, 'Whatever')),
                 'Via: %s;received=127.0.0.1;rport=%d'
                 % (asked.via.text.replace(';rport', ''), rport)]
        lines += ['Record-Route: ' + r for r in options.get('rr', '').split('|') if r]
        lines += ['From: ' + asked.from_.text, 'To: ' + to, 'Call-ID: ' + asked.call_id,
                  'CSeq: %d %s' % (asked.cseq, asked.method)]
        if asked.method in ('INVITE', 'UPDATE') and 100 < status < 300:
            lines.append('Contact: <%s>' % options.get('contact', 'sip:peer@pbx.test:5061;transport=ws'))
            call.local = to
        body = ''
        if 'sdp' in options:
            body = self.sdp(call, options['sdp'])
        return self.finish(lines + extra, body)

    def request(self, method, call, options, extra, body=''):
        """A request by the peer inside a call (or outside: `call` is a new one)."""
        cseq = call.cseq
        branch = 'z9hG4bK' + self.token('branch%d%s%s' % (cseq, method, call.call_id))
        if method in ('ACK', 'CANCEL'):
            cseq = call.invite.cseq
            same = method == 'CANCEL' or call.final.status >= 300
            branch = call.invite.via.branch if same else branch + 'a'
        else:
            call.cseq += 1
        remote, target = call.remote, call.target
        if method == 'CANCEL':
            remote, target = call.invite.to.text, call.invite.uri
        elif method == 'ACK':
            remote = call.final.to.text
        lines = ['%s %s SIP/2.0' % (method, target),
                 'Via: SIP/2.0/WSS 127.0.0.1:7443;branch=' + branch]
        lines += ['Record-Route: ' + r for r in options.get('rr', '').split('|') if r]
        lines += ['Max-Forwards: 70', 'From: ' + call.local, 'To: ' + remote,
                  'Call-ID: ' + call.call_id, 'CSeq: %d %s' % (cseq, method)]
        if method in ('INVITE', 'UPDATE', 'OPTIONS', 'REFER', 'NOTIFY', 'SUBSCRIBE'):
            lines.append('Contact: <%s>' % options.get('contact',
                                                       'sip:peer@pbx.test:5061;transport=ws'))
        if 'sdp' in options:
            body = self.sdp(call, options['sdp'])
        data = self.finish(lines + extra, body, bool(body) and 'sdp' not in options)
        if method == 'INVITE':
            call.invite = Message(data)
        return data

    @staticmethod
    def finish(lines, body, typed=False):
        if body and not typed:
            lines = lines + ['Content-Type: application/sdp']
        data = body.encode()
        return ('\r\n'.join(lines + ['Content-Length: %d' % len(data)]) + '\r\n\r\n').encode() + data
