"""The journal: what became of each call, searched, deleted."""
from lab import pbx
from proc import need, wait_for
from runner import test
from stage import journal, signed_in

ENDS = (('606', 'There is no such number'), ('607', 'Declined'),
        ('617', 'The number cannot be reached now'), ('605', 'Busy'))


@test(90)
def ends_in_words(t):
    """Calls that the PBX refuses: said on the page of the call, kept, found, and deleted."""
    w = signed_in(t)
    for number, words in ENDS:
        w.type('Number', number)
        w.click('Call')
        w.find('Call again', timeout=15)
        w.wait_text(number)
        w.wait_text(words)
        w.shot(f'refused-{number}')
        w.key('Escape')
        w.gone('Call again')
    w.type('Number', '608')
    w.click('Call')
    w.wait_text('Ringing…', 15)
    w.click('Hang up')
    w.gone('Hang up')
    need(w.read('Number') == '', 'who hangs up wants to be told nothing')
    pbx(t).wait_idle()
    journal(w, '608', 'Cancelled', *(text for end in ENDS for text in end))
    w.shot('journal')
    w.keys('61')
    w.gone('606')
    w.wait_text('617')
    w.shot('search')
    w.keys('1')
    w.wait_text('Nothing found')
    w.shot('nothing')
    w.key('Escape')
    w.wait_text('606')
    need(w.read('Search') == '', w.read('Search'))
    w.press('605')
    w.wait_frame('Call details')
    w.wait_text('Busy', frame='Call details')
    w.shot('details')
    w.click('Delete', 'Call details')
    w.gone('605')
    w.wait_text('606')
    w.click('Delete all calls')
    w.wait_text('Delete the whole journal?')
    w.shot('delete-all')
    w.click('Delete all')
    w.wait_text('No calls yet')
    w.shot('empty')
    w.click('Dial a number')
    w.click('Call')     # of an empty field: the number called last
    wait_for('the last number', lambda: w.read('Number') == '608', 8)
    need(w.quit() == 0, 'a bad exit')
    pbx(t).wait_idle()
