/*
 * Who hears whom. Everything is judged by what has not happened for a while; what is held, muted
 * or asleep starts its while anew.
 */
#include "rtp/hearing.h"

/* A microphone has noise; digital silence for so long is none, or a switch on the headset. */
#define MIC_MS  5000
#define LEFT_MS 3000
#define CAME_MS 4000
/* RFC 3550 6.3.5: who says nothing for five intervals (6.2: 5 s each) is not there any more */
#define RTCP_MS 25000
/* RFC 3550 6.4.1: a block is about who was heard since the last report. 6.3.1: up to 7.5 s each */
#define ABOUT_MS 15000
/* One report can be older than what it is compared with. */
#define IN_A_ROW 2
/* Of 256: concealment does not bridge a loss of three packets in ten, whatever the codec. */
#define LOSS_FRACTION 77

static void begin_sending(struct hearing *h, uint64_t now_ms)
{
    h->mic_ms = h->left_ms = h->rtcp_ms = h->about_ms = now_ms;
    h->stuck = h->bad = 0;
}

static void take_reports(struct hearing *h, const struct hearing_facts *f, uint64_t now)
{
    h->rtcp_ms = now;
    if (f->reports == h->at.reports)
        return;
    h->about_ms = now;
    h->stuck = f->last_seq == h->at.last_seq ? h->stuck + 1 : 0;
    h->bad = f->fraction >= LOSS_FRACTION ? h->bad + 1 : 0;
}

/* Its reports say so, or have been about others alone. One that never spoke of us cannot. */
static bool nothing_arrives(const struct hearing *h, const struct hearing_facts *f)
{
    return h->stuck >= IN_A_ROW || (f->reports && h->rtcp_ms - h->about_ms >= ABOUT_MS);
}

static enum ars_sound_cause look_out(struct hearing *h, const struct hearing_facts *f, uint64_t now)
{
    if (!f->sends || !h->at.sends) {
        begin_sending(h, now);
        return ARS_SOUND_GOOD;
    }
    if (f->mic)
        h->mic_ms = now;
    if (f->left != h->at.left)
        h->left_ms = now;
    if (f->rtcp != h->at.rtcp)
        take_reports(h, f, now);
    if (now - h->left_ms >= LEFT_MS)
        return ARS_SOUND_UNSENT;
    if (nothing_arrives(h, f))
        return ARS_SOUND_NOTHING;
    if (h->bad >= IN_A_ROW)
        return ARS_SOUND_LOST;
    if (f->reports && now - h->rtcp_ms >= RTCP_MS)
        return ARS_SOUND_UNREPORTED;
    return now - h->mic_ms >= MIC_MS ? ARS_SOUND_MICROPHONE : ARS_SOUND_GOOD;
}

static enum ars_sound_cause look_in(struct hearing *h, const struct hearing_facts *f, uint64_t now)
{
    if (!f->receives || !h->at.receives || f->came != h->at.came || f->quiet) {
        h->came_ms = now;
        return ARS_SOUND_GOOD;
    }
    if (now - h->came_ms < CAME_MS)
        return h->silent;
    return f->refused != h->at.refused ? ARS_SOUND_UNREADABLE : ARS_SOUND_NOTHING;
}

void hearing_look(struct hearing *h, const struct hearing_facts *f, uint64_t now_ms)
{
    if (!h->begun) {
        h->begun = true;
        h->at = *f;
        h->at.sends = h->at.receives = false;
    }
    h->unheard = look_out(h, f, now_ms);
    h->silent = look_in(h, f, now_ms);
    h->at = *f;
}
