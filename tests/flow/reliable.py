"""Reliable provisional responses and PRACK (RFC 3262), both ways."""

import re


def wants(msg):
    return 'required' if '100rel' in msg.tokens('require') else \
        'supported' if '100rel' in msg.tokens('supported') else ''


def rseq(msg):
    value = msg.get('rseq') or ''
    return int(value) if value.isdigit() else None


class Reliable:
    """What one side of one Call-ID has sent that way."""

    def __init__(self):
        self.due = {}                     # (tag, CSeq of the INVITE, RSeq) -> title, None once acknowledged
        self.last = {}                    # (tag, CSeq) -> RSeq
        self.offer = None                 # the phone's, in a response without PRACK
        self.bodies = {}                  # RSeq -> body
        self.answered = set()             # CSeq of an INVITE whose offer PRACK has answered

    def peer_sent(self, msg):
        """A provisional response by the peer; true when it is new and in order (section 4)."""
        if not wants(msg) == 'required' or rseq(msg) is None:
            return False
        key = (msg.to.tag, msg.cseq)
        if key in self.last and rseq(msg) != self.last[key] + 1:
            return False
        self.last[key] = rseq(msg)
        self.due[key + (rseq(msg),)] = msg.title()
        return True

    def phone_acknowledged(self, msg, bad):
        """PRACK by the phone."""
        m = re.match(r'(\d+) (\d+) (\S+)$', msg.get('rack') or '')
        if not m or m.group(3) != 'INVITE':
            bad('prack.rack', 'RAck %r' % msg.get('rack'))
            return
        key = (msg.to.tag, int(m.group(2)), int(m.group(1)))
        if key not in self.due:
            bad('prack.rack', 'RAck %s for no response of that dialog' % msg.get('rack'))
            return
        # one that was challenged goes out again
        self.due[key] = None

    def finish(self, bad):
        for title in self.due.values():
            if title:
                bad('prack.missing', 'no PRACK for %s' % title)

    def peer_acknowledged(self, msg):
        """PRACK by the peer, with the answer where the response had an offer."""
        rack = (msg.get('rack') or '').split()
        if self.offer and len(rack) == 3 and rack[0] == self.offer.get('rseq'):
            self.answered.add(self.offer.cseq)
            self.offer = None

    def phone_answered(self, msg, bad):
        """2xx by the phone (sections 3 and 5)."""
        if self.offer:
            bad('reliable', '%s before the PRACK for %s' % (msg.title(), self.offer.title()))
        if msg.body and msg.cseq in self.answered:
            bad('sdp.order', '%s with a description, though PRACK has answered' % msg.title())

    def phone_sent(self, msg, asked, bad):
        """A provisional response by the phone."""
        required = wants(asked) == 'required'
        if required and not (wants(msg) == 'required' and rseq(msg)):
            bad('reliable', '%s is not reliable, the caller requires it' % msg.title())
        if wants(msg) != 'required':
            return
        if rseq(msg) is None:
            bad('reliable', '%s without RSeq' % msg.title())
            return
        if self.bodies.setdefault(rseq(msg), msg.body) != msg.body:
            bad('reliable', '%s repeated is another' % msg.title())
        key = (msg.to.tag, msg.cseq)
        if not asked.body and key not in self.last:
            if not msg.is_sdp:
                bad('reliable', '%s without our offer (section 5)' % msg.title())
            self.offer = msg
        if key in self.last and rseq(msg) not in (self.last[key], self.last[key] + 1):
            bad('reliable', 'RSeq %s after %s' % (rseq(msg), self.last[key]))
        self.last[key] = rseq(msg)
