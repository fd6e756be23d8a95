"""The judge: reads a transcript and says where the phone departed from the RFCs.

It knows what both sides sent, the account and nothing else; it shares no code with the phone. Every fault
has a rule's name, so that a mutated sample can be refused for the right reason.
"""

import re
from urllib.parse import quote, unquote

import expect
import reliable
import rules
from digest import Digests, challenges
import timers
from sdp import Sdp, check_alone, check_answer, check_next, check_offer
from sipmsg import Address, Message
from wire import BINARY, CLOSE, PING, PONG, TEXT


class Fault:
    def __init__(self, rule, text, index):
        self.rule, self.text, self.index = rule, text, index

    def __str__(self):
        return '%s: %s' % (self.rule, self.text)


class Account:
    def __init__(self, user, password, domain, path, display=None, edge=None):
        self.user, self.password, self.domain = user, password, domain
        self.path, self.display = path, display
        self.host = edge or domain        # whom the connection leads to
        self.aor = 'sip:%s@%s' % (user, domain)


class Sent:
    """A request by the phone and what came back."""

    def __init__(self, msg, index, conn, nonces):
        self.msg, self.index, self.conn, self.nonces = msg, index, conn, nonces
        self.given = ()                   # nonces of the challenge that this request follows
        self.provisional = self.final = None


class Got:
    """A request by the peer and what the phone answered."""

    def __init__(self, msg, index, conn, leg):
        self.msg, self.index, self.conn, self.leg = msg, index, conn, leg
        self.final = None
        self.tag = msg.to.tag
        self.acked = self.cancelled = self.offers = False


class Dialog:
    """As the phone should see it (RFC 3261 12)."""

    def __init__(self, remote_tag, target, routes, cseq):
        self.remote_tag, self.target, self.routes = remote_tag, target, routes
        self.cseq = cseq                  # of the phone's last request in it
        self.confirmed = self.over = False


class Leg:
    """Everything under one Call-ID."""

    def __init__(self, call_id, by_phone):
        self.call_id, self.by_phone = call_id, by_phone
        self.local = self.remote = None   # From and To of the phone's requests, without tags
        self.local_tag = None
        self.cseq = None
        self.first = self.last = None     # Sent
        self.dialogs = {}
        self.sdp = None                   # the phone's last
        self.offer = None                 # the peer's, not answered yet
        self.offered = False              # the phone's own waits for an answer
        self.role = None                  # the phone's DTLS role
        self.called = set()               # Request-URIs of INVITEs outside the dialog
        self.named = []                   # where 3xx have pointed
        self.invites = []                 # Sent and Got INVITEs
        self.peer_reliable = reliable.Reliable()
        self.phone_reliable = reliable.Reliable()
        self.timer = None                 # (interval, the phone refreshes)
        self.timer_least = 0              # of a 422
        self.referred = False             # a REFER of the peer was accepted, and not reported on

    def pending(self, but=None):
        for tx in self.invites:
            if tx is but:
                continue
            if tx.final is None:
                return tx
            if isinstance(tx, Got) and tx.final.status < 300 and not tx.acked:
                return tx
        return None


class Judge:
    def __init__(self, account):
        self.account = account
        self.faults = []
        self.index = 0
        self.legs = {}
        self.sent, self.got = {}, {}
        self.odd = {}                     # raw messages of the peer by Call-ID
        self.branches = set()
        self.digests = Digests(account.user, account.password)
        self.acks = []                    # [Sent INVITE, response, index, ACK seen]
        self.pings_due = 0                # CRLFCRLF by the peer, not answered
        self.closed = set()               # connections that the peer broke
        self.registration = {}
        self.places = set()               # Replaces that the peer spoke of

    def bad(self, rule, text):
        self.faults.append(Fault(rule, text, self.index))

    # ---- frames ----

    def run(self, entries):
        for self.index, entry in enumerate(entries):
            if entry.kind == 'close':
                self.closed.add(entry.conn)
            elif entry.kind == 'lost':
                continue
            elif entry.kind == 'upgrade':
                rules.upgrade(entry.meta, self.account, self.bad)
            elif entry.who == 'phone':
                self.phone_frame(entry)
            elif entry.data == b'\r\n\r\n':
                self.pings_due += 1
            elif entry.data.strip():
                self.peer_message(Message(entry.data), entry)
        self.index = len(entries)
        self.finish()
        return self.faults

    def phone_frame(self, entry):
        rules.frame(entry, self.bad)
        if self.account.password.encode() in entry.data:
            self.bad('secret', 'the password is on the wire')
        if entry.opcode not in (TEXT, BINARY):
            if entry.opcode not in (CLOSE, PING, PONG):
                self.bad('frame.opcode', 'opcode %d' % entry.opcode)
            return
        if not entry.data.strip(b'\r\n'):
            self.pings_due -= 1
            if entry.data != b'\r\n' or self.pings_due < 0:
                self.bad('keepalive', 'frame of CR and LF that nobody asked for')
                self.pings_due = max(0, self.pings_due)
            return
        msg = Message(entry.data)
        if not expect.wanted(entry.meta.get('wanted'), msg.title()):
            self.bad('expect', '%s instead of %s' % (msg.title(), entry.meta['wanted']))
        for term, why in expect.mismatches(msg, entry.expects):
            self.bad('expect', '%s %s: %s' % (msg.title(), term, why))
        if msg.status and msg.call_id in self.odd:
            rules.odd_response(msg, self.odd[msg.call_id], self.bad)
            return
        rules.message(msg, self.bad)
        if msg.status:
            self.phone_response(msg, entry)
        else:
            self.phone_request(msg, entry)

    # ---- what the phone asks ----

    def phone_request(self, msg, entry):
        rules.request(msg, self.bad)
        nonces = self.digests.check(msg, self.bad) if msg.method not in ('ACK', 'CANCEL') else []
        leg = self.legs.get(msg.call_id)
        if msg.method == 'ACK':
            self.phone_ack(msg, leg)
            return
        if msg.method == 'CANCEL':
            self.phone_cancel(msg)
            return
        if msg.via.branch in self.branches:
            self.bad('via.branch', 'branch %s was used before' % msg.via.branch)
        self.branches.add(msg.via.branch)
        if not leg:
            leg = self.legs[msg.call_id] = Leg(msg.call_id, True)
        tx = Sent(msg, self.index, entry.conn, nonces)
        self.sequence(msg, leg)
        if msg.to.tag:
            self.in_dialog(msg, leg)
        else:
            self.initial(msg, leg)
        self.follows(msg, leg, tx)
        leg.first, leg.last = leg.first or tx, tx
        self.sent[(msg.via.branch, msg.method)] = tx
        if msg.method in ('INVITE', 'UPDATE'):
            self.phone_session(msg, leg, tx)
        elif msg.method == 'REGISTER':
            rules.register(msg, self.account, self.registration, self.bad)
        elif msg.method == 'BYE':
            self.phone_bye(msg, leg)
        elif msg.method == 'REFER':
            rules.refer(msg, self.account, self.bad)
            self.phone_refer(msg)
        elif msg.method == 'NOTIFY':
            self.phone_notify(msg, leg)
        elif msg.method == 'SUBSCRIBE':
            rules.subscribe(msg, self.bad)
        elif msg.method == 'PRACK':
            leg.peer_reliable.phone_acknowledged(msg, self.bad)

    def sequence(self, msg, leg):
        """RFC 3261 12.2.1.1 and 10.2.4: one more each time, in a dialog or before it."""
        counter = leg.dialogs.get(msg.to.tag, leg)
        if counter.cseq is not None and msg.cseq != counter.cseq + 1:
            self.bad('cseq', '%s has CSeq %d after %d' % (msg.method, msg.cseq, counter.cseq))
        counter.cseq = msg.cseq
        if leg.local_tag is None:
            leg.local_tag = msg.from_.tag
        elif msg.from_.tag != leg.local_tag:
            self.bad('tag.from', 'From tag %s, was %s' % (msg.from_.tag, leg.local_tag))

    def request_uri(self, uri):
        """RFC 3966 5.1.1 and RFC 3261 19.1.6: a number is called at the own server, without separators."""
        number = re.match(r'tel:([^;]+)', uri)
        return 'sip:%s@%s' % (re.sub(r'[-.()]', '', number[1]), self.account.domain) if number else uri

    def initial(self, msg, leg):
        if leg.dialogs and any(d.confirmed for d in leg.dialogs.values()):
            self.bad('tag.to', '%s in a dialog without To tag' % msg.method)
        if msg.from_.uri != self.account.aor:
            self.bad('from', 'From is %s' % msg.from_.uri)
        moved = leg.last.final if leg.last and leg.last.final and msg.method == 'INVITE' else None
        if moved and 300 <= moved.status <= 302:
            leg.named += [Address(c) for c in moved.values('contact')]
        refused = moved and moved.status < 600 and moved.status not in (401, 407, 422)
        if leg.named and refused:
            # RFC 3261 8.1.3.4
            left = [(float(c.params.get('q', 1)), self.request_uri(c.uri)) for c in leg.named]
            left = [(q, uri) for q, uri in left if uri not in leg.called]
            if not left or msg.uri not in [uri for q, uri in left if q == max(left)[0]]:
                self.bad('redirect', 'INVITE to %s, not where %s points' % (msg.uri, moved.title()))
            if msg.uri in leg.called:
                self.bad('redirect', 'INVITE to %s once more' % msg.uri)
        elif leg.last and leg.last.msg.uri != msg.uri:
            self.bad('retry', 'R-URI changed on a repeated request')
        leg.called.add(msg.uri)
        if leg.first and leg.first.msg.to.text != msg.to.text:
            self.bad('retry', 'To changed on a repeated request')
        if msg.method != 'REGISTER' and not leg.first and msg.to.uri != msg.uri:
            self.bad('ruri', 'R-URI %s, To %s' % (msg.uri, msg.to.uri))
        if msg.method == 'INVITE':
            shown = msg.get('x-display-name')
            wanted = quote(self.account.display, safe="-_.!~*'()") if self.account.display else None
            if shown != wanted:
                self.bad('x-display-name', 'X-Display-Name %r, %r wanted' % (shown, wanted))
        if leg.local is None:
            leg.local, leg.remote = msg.from_.uri, msg.to.uri

    def in_dialog(self, msg, leg):
        dialog = leg.dialogs.get(msg.to.tag)
        if not dialog:
            self.bad('tag.to', '%s with To tag %s, which no dialog has' % (msg.method, msg.to.tag))
            return
        self.addressed(msg, dialog)
        if (msg.from_.uri, msg.to.uri) != (leg.local, leg.remote):
            self.bad('from', 'From %s and To %s, the dialog has %s and %s'
                     % (msg.from_.uri, msg.to.uri, leg.local, leg.remote))

    def addressed(self, msg, dialog):
        """RFC 3261 12.2.1.1: remote target and route set, loose or strict."""
        target, routes = dialog.target, list(dialog.routes)
        if routes and 'lr' not in Address(routes[0]).uri.split(';'):
            routes.append('<%s>' % target)
            target = Address(routes.pop(0)).uri
        if msg.uri != target:
            self.bad('ruri', '%s to %s, the remote target is %s' % (msg.method, msg.uri, target))
        if msg.values('route') != routes:
            self.bad('route', '%s with Route %s, route set %s'
                     % (msg.method, msg.values('route'), routes))

    def follows(self, msg, leg, tx):
        """A request after a refused one: RFC 3261 22.2, stop after a wrong password."""
        before = leg.last
        if not before or not before.final or before.msg.method != msg.method:
            return
        if before.final.status not in (401, 407):
            return
        asked = challenges(before.final)
        if not any(c.nonce in tx.nonces for c in asked):
            if any(c.rank >= 0 for c in asked):
                self.bad('digest.nonce', 'a challenge was not answered')
        refused = {self.digests.nonces[n].realm for n in before.nonces if n in before.given}
        if any(c.realm in refused and not c.stale for c in asked):
            self.bad('digest.loop', 'tries again after credentials were refused')
        tx.given = [c.nonce for c in asked]

    def phone_session(self, msg, leg, tx):
        if msg.method == 'INVITE':
            pending = leg.pending()
            if pending:
                self.bad('glare', 'INVITE while another one is pending (RFC 3261 14.1)')
            leg.invites.append(tx)
            if msg.get('replaces'):
                self.phone_replaces(msg)
        rules.session(msg, self.bad)
        timers.asked(msg, leg, self.bad)
        if msg.body:
            if leg.offered or leg.offer:
                self.bad('sdp.order', 'an offer while an offer waits (RFC 3264)')
            self.phone_sdp(msg, leg)
            leg.offered = True

    def phone_bye(self, msg, leg):
        dialog = leg.dialogs.get(msg.to.tag)
        if not dialog:
            return
        waits = any(isinstance(tx, Got) and tx.final and tx.final.status < 300 and not tx.acked
                    and not tx.msg.to.tag for tx in leg.invites)
        if not leg.by_phone and (not dialog.confirmed or waits):
            self.bad('bye', 'BYE of a callee before the ACK (RFC 3261 15)')
        if dialog.over:
            self.bad('bye', 'BYE in a dialog that is over')
        dialog.over = True

    def phone_refer(self, msg):
        """RFC 3891 3: another call of the phone, the tags from its far end's point of view."""
        _, mark, headers = Address(msg.get('refer-to') or '').uri.partition('?')
        if not mark:
            return
        name, _, value = headers.partition('=')
        if name != 'Replaces' or not self.is_place(unquote(value)):
            self.bad('refer.replaces', '%s=%s names no call of the phone' % (name, value))

    def is_place(self, value):
        call_id, *tags = value.split(';')
        leg = self.legs.get(call_id)
        known = {'to-tag=' + t for t, d in leg.dialogs.items() if d.confirmed} if leg else set()
        return len(tags) == 2 and tags[0] in known and tags[1] == 'from-tag=%s' % leg.local_tag

    def phone_replaces(self, msg):
        """RFC 3891 3: what a Refer-To said, word for word, or a call of the phone."""
        value = msg.get('replaces')
        if value not in self.places and not self.is_place(value):
            self.bad('replaces', 'Replaces: %s names no call of the phone' % value)

    def phone_notify(self, msg, leg):
        """RFC 3515 2.4.4: one at once after the 2xx to REFER, the last with the final status."""
        rules.notify(msg, self.bad)
        if not leg.referred:
            self.bad('notify', 'NOTIFY without a REFER that was accepted')
        if (msg.get('subscription-state') or '').startswith('terminated'):
            leg.referred = False

    def phone_cancel(self, msg):
        tx = self.sent.get((msg.via.branch, 'INVITE'))
        if not tx:
            self.bad('cancel', 'CANCEL for no INVITE')
            return
        # RFC 3261 9.1
        for name in ('call-id', 'from', 'to', 'route'):
            if msg.values(name) != tx.msg.values(name):
                self.bad('cancel', '%s differs from the INVITE\'s' % name)
        if msg.uri != tx.msg.uri or msg.cseq != tx.msg.cseq or msg.via.text != tx.msg.via.text:
            self.bad('cancel', 'R-URI, CSeq number or Via differ from the INVITE\'s')
        if not tx.provisional:
            self.bad('cancel', 'CANCEL before a provisional response')
        if tx.final:
            self.bad('cancel', 'CANCEL after the final response')
        self.sent[(msg.via.branch, 'CANCEL')] = Sent(msg, self.index, tx.conn, [])

    def phone_ack(self, msg, leg):
        for due in self.acks:
            tx, response = due[0], due[1]
            if (tx.msg.call_id, tx.msg.cseq, response.to.tag) == (msg.call_id, msg.cseq, msg.to.tag) \
                    and not due[3]:
                due[3] = True
                break
        else:
            self.bad('ack', 'ACK for no response: CSeq %d, To tag %s' % (msg.cseq, msg.to.tag))
            return
        if (msg.from_.uri, msg.from_.tag) != (tx.msg.from_.uri, tx.msg.from_.tag):
            self.bad('ack', 'From differs from the INVITE\'s')
        if response.status >= 300:
            # RFC 3261 17.1.1.3
            if msg.via.text != tx.msg.via.text or msg.uri != tx.msg.uri:
                self.bad('ack', 'Via or R-URI differ from the INVITE\'s')
            if msg.to.text != response.to.text or msg.values('route') != tx.msg.values('route'):
                self.bad('ack', 'To is not the response\'s or Route not the INVITE\'s')
            return
        if msg.via.branch in self.branches:
            self.bad('via.branch', 'ACK of a 2xx with the branch of another request')
        dialog = leg.dialogs.get(msg.to.tag) if leg else None
        if dialog:
            self.addressed(msg, dialog)
        # RFC 3261 13.2.2.4: the same credentials as the INVITE.
        for name in ('authorization', 'proxy-authorization'):
            if msg.all(name) != tx.msg.all(name):
                self.bad('ack.credentials', '%s differs from the INVITE\'s' % name)
        if leg and leg.offer and not msg.body:
            self.bad('sdp.order', 'the offer in the 2xx is not answered in the ACK')
        if msg.body and leg:
            self.phone_sdp(msg, leg)

    # ---- what the phone answers ----

    def phone_response(self, msg, entry):
        tx = self.got.get((msg.via.branch, msg.cseq_method))
        if not tx:
            self.bad('resp.stray', '%s to no request' % msg.title())
            return
        asked, leg = tx.msg, tx.leg
        # RFC 3261 8.2.6.2
        for name in ('via', 'call-id', 'cseq'):
            if [v.replace(' ', '') for v in msg.values(name)] \
                    != [v.replace(' ', '') for v in asked.values(name)]:
                self.bad('resp.' + name, '%s of %s is not the request\'s' % (name, msg.title()))
        if (msg.from_.uri, msg.from_.params) != (asked.from_.uri, asked.from_.params):
            self.bad('resp.from', 'From of %s is not the request\'s' % msg.title())
        if msg.to.uri != asked.to.uri or (asked.to.tag and msg.to.tag != asked.to.tag):
            self.bad('resp.to', 'To of %s is not the request\'s' % msg.title())
        if entry.conn != tx.conn and tx.conn not in self.closed:
            self.bad('resp.conn', '%s on another connection' % msg.title())
        self.response_tag(msg, tx, leg)
        if tx.final and not (msg.status < 300 and asked.method == 'INVITE' and not tx.acked
                             and msg.status == tx.final.status):
            self.bad('resp.twice', '%s after %s' % (msg.title(), tx.final.title()))
        again = tx.final is not None
        if msg.status >= 200:
            tx.final = msg
        rules.response(msg, asked, self.bad)
        if asked.method == 'INVITE' and 100 < msg.status < 200:
            leg.phone_reliable.phone_sent(msg, asked, self.bad)
        if asked.method == 'INVITE' and 200 <= msg.status < 300:
            leg.phone_reliable.phone_answered(msg, self.bad)
        if asked.method in ('INVITE', 'UPDATE') and 200 <= msg.status < 300:
            timers.answered(msg, asked, leg, self.bad)
        if asked.method == 'INVITE':
            self.answers_invite(msg, tx, leg, again)
        elif asked.method == 'UPDATE' and msg.status < 300:
            self.retarget(leg, asked)
            self.answer_body(msg, leg)
        elif tx.offers and msg.status >= 300:
            leg.offer = None
        elif asked.method == 'REFER' and msg.status < 300:
            leg.referred = True
            headers = Address(tx.msg.get('refer-to') or '').uri.partition('?')[2]
            self.places |= {unquote(h[len('Replaces='):]) for h in headers.split('&')
                            if h.startswith('Replaces=')}
        elif asked.method == 'NOTIFY' and msg.status < 300:
            self.places |= rules.ringing_places(tx.msg)
        elif asked.method == 'BYE' and msg.status < 300:
            for dialog in leg.dialogs.values():
                dialog.over = True

    def response_tag(self, msg, tx, leg):
        if msg.status == 100:
            return
        if not msg.to.tag:
            self.bad('tag.to', '%s without To tag' % msg.title())
            return
        if tx.msg.method == 'CANCEL':
            # RFC 3261 9.2: the tag of the INVITE's response.
            invite = self.got.get((tx.msg.via.branch, 'INVITE'))
            if invite and invite.tag and msg.to.tag != invite.tag:
                self.bad('tag.to', 'To tag of the CANCEL\'s answer is not the INVITE\'s')
            return
        if tx.tag is None:
            tx.tag = msg.to.tag
        elif msg.to.tag != tx.tag:
            self.bad('tag.to', 'To tag %s, was %s' % (msg.to.tag, tx.tag))

    def answers_invite(self, msg, tx, leg, again):
        asked = tx.msg
        if tx.cancelled and 200 <= msg.status < 300:
            self.bad('cancel', '%d after the CANCEL was accepted' % msg.status)
        if 100 < msg.status < 300:
            if leg.local_tag is None:
                leg.local_tag = msg.to.tag
                leg.local, leg.remote = asked.to.uri, asked.from_.uri
            tag = asked.from_.tag or ''
            if tag not in leg.dialogs:
                target = asked.contact.uri if asked.contact else asked.from_.uri
                leg.dialogs[tag] = Dialog(tag, target, asked.values('record-route'), None)
            if msg.values('record-route') != asked.values('record-route') and not asked.to.tag:
                self.bad('resp.record-route', 'Record-Route of %s is not the request\'s' % msg.title())
            if msg.status >= 200:
                leg.dialogs[tag].confirmed = True
                if asked.to.tag:
                    self.retarget(leg, asked)
            if not again:
                self.answer_body(msg, leg)
        elif msg.status >= 300 and tx.offers:
            leg.offer = None

    def answer_body(self, msg, leg):
        if msg.body:
            offered = leg.offer is not None
            self.phone_sdp(msg, leg, msg.status >= 200)
            leg.offered = not offered
        elif msg.status >= 200 and leg.offer is not None:
            self.bad('sdp.order', '%s leaves the offer without an answer' % msg.title())
        elif msg.status >= 200 and msg.cseq_method == 'INVITE' \
                and msg.cseq not in leg.phone_reliable.answered:
            self.bad('sdp.order', '%s without an offer of its own' % msg.title())

    def retarget(self, leg, asked):
        dialog = leg.dialogs.get(asked.from_.tag)
        if dialog and asked.contact:
            dialog.target = asked.contact.uri

    # ---- descriptions ----

    def phone_sdp(self, msg, leg, final=True):
        if not msg.is_sdp:
            self.bad('sdp.type', 'body of type %r' % msg.get('content-type'))
            return
        sdp = Sdp(msg.body)
        check_alone(sdp, self.bad)
        before, leg.sdp = leg.sdp, sdp
        if before:
            check_next(before, sdp, self.bad)
        if leg.offer is not None:
            check_answer(leg.offer, sdp, leg.role, self.bad)
            leg.role = sdp.get('setup')
            if final:
                leg.offer = None
            return
        check_offer(sdp, before, self.bad)
        allowed = ('actpass', leg.role) if leg.role else ('actpass',)
        if sdp.get('setup') not in allowed:
            self.bad('sdp.setup', 'offer with setup %s' % sdp.get('setup'))

    def peer_sdp(self, msg, leg, answer=False):
        sdp = Sdp(msg.body)
        if not leg.offered and not answer:
            leg.offer = sdp
            return
        if not msg.status or msg.status >= 200 or reliable.wants(msg) == 'required':
            leg.offered = False
        if sdp.get('setup') in ('active', 'passive'):
            leg.role = 'passive' if sdp.get('setup') == 'active' else 'active'

    # ---- what the peer says ----

    def peer_message(self, msg, entry):
        if msg.errors and not entry.meta.get('bad'):
            self.bad('case', 'the peer\'s own %s: %s' % (msg.title(), msg.errors))
        if entry.meta.get('bad') and not msg.status:
            self.odd[msg.call_id] = msg
        elif msg.status:
            self.peer_response(msg)
        else:
            self.peer_request(msg, entry)

    def peer_response(self, msg):
        tx = self.sent.get((msg.via.branch, msg.cseq_method))
        if not tx or tx.msg.call_id != msg.call_id:
            return
        again = tx.final is not None
        if msg.status < 200:
            tx.provisional = msg
        elif not again:
            tx.final = msg
        if msg.status in (401, 407):
            self.digests.learn(msg)
            if msg.cseq_method == 'BYE' and msg.to.tag in self.legs[msg.call_id].dialogs:
                self.legs[msg.call_id].dialogs[msg.to.tag].over = False
        if msg.cseq_method == 'SUBSCRIBE' and msg.status < 300:
            self.peer_accepts(msg, self.legs[msg.call_id], tx, again)
        if msg.cseq_method not in ('INVITE', 'UPDATE'):
            return
        leg = self.legs[msg.call_id]
        if msg.status >= 200 and not again:
            timers.peer_answered(msg, leg)
        if msg.cseq_method == 'INVITE' and msg.status >= 200 and (msg.status < 300 or not again):
            self.acks.append([tx, msg, self.index, False])
        if 100 < msg.status < 300 and msg.to.tag:
            self.peer_accepts(msg, leg, tx, again)
        elif msg.status >= 300:
            leg.offered = False

    def peer_accepts(self, msg, leg, tx, again):
        dialog = leg.dialogs.get(msg.to.tag)
        routes = msg.values('record-route')[::-1]
        if not dialog:
            target = msg.contact.uri if msg.contact else tx.msg.uri
            dialog = leg.dialogs[msg.to.tag] = Dialog(msg.to.tag, target, routes, tx.msg.cseq)
        if msg.status >= 200:
            if msg.contact:
                dialog.target = msg.contact.uri
            if not dialog.confirmed:
                dialog.routes = routes
            dialog.confirmed = True
        if msg.status < 200:
            leg.peer_reliable.peer_sent(msg)
        if msg.body and not again:
            self.peer_sdp(msg, leg, bool(tx.msg.body))

    def peer_request(self, msg, entry):
        leg = self.legs.get(msg.call_id)
        if msg.method == 'ACK':
            self.peer_ack(msg, leg)
            return
        if not leg:
            leg = self.legs[msg.call_id] = Leg(msg.call_id, False)
        key = (msg.via.branch, msg.method)
        if key in self.got:
            return
        tx = self.got[key] = Got(msg, self.index, entry.conn, leg)
        if msg.method == 'INVITE':
            leg.invites.append(tx)
        elif msg.method == 'CANCEL':
            invite = self.got.get((msg.via.branch, 'INVITE'))
            if invite and not invite.final:
                invite.cancelled = True
        if msg.method == 'PRACK':
            leg.phone_reliable.peer_acknowledged(msg)
            if msg.is_sdp and leg.offered:
                self.peer_sdp(msg, leg)
        if msg.method in ('INVITE', 'UPDATE') and msg.is_sdp and not leg.offered and not leg.offer:
            tx.offers = True
            self.peer_sdp(msg, leg)

    def peer_ack(self, msg, leg):
        for tx in leg.invites if leg else ():
            if isinstance(tx, Got) and tx.final and tx.msg.cseq == msg.cseq:
                tx.acked = True
        if leg and msg.is_sdp:
            self.peer_sdp(msg, leg)

    # ---- the end ----

    def finish(self):
        for tx, response, index, done in self.acks:
            if not done and tx.conn not in self.closed:
                self.bad('ack.missing', 'no ACK for %s' % response.title())
        for leg in self.legs.values():
            if not self.closed:
                leg.peer_reliable.finish(self.bad)
        for tx in self.got.values():
            if tx.final is None and tx.conn not in self.closed:
                self.bad('resp.missing', 'no answer to %s' % tx.msg.title())
        for leg in self.legs.values():
            if leg.referred:
                self.bad('notify.missing', 'the last NOTIFY of a REFER did not come')
        if self.pings_due and not self.closed:
            self.bad('keepalive', 'CRLFCRLF without an answer')


def judge(entries, account):
    return Judge(account).run(entries)
