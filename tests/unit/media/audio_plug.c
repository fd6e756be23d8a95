/*
 * Sound cards that come, go and change in mid-call, on a real PulseAudio: what is played into a
 * null sink comes back from its monitor, or from a microphone made of it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/audio.h>
#include <ars/loop.h>

#include "audio/card_host.h"
#include "audio/mixer.h"
#include "card_rig.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

static int order(const char *verb, const char *name, const char *value)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "%s %s%s", verb, name, value);
    return pactl(NULL, 0, line);
}

/* The modules that it is made of. */
struct headset {
    char speaker[16];
    char microphone[16];
};

/* What it plays its own microphone hears. */
static int plug_headset(struct headset *h)
{
    int err;

    TRY(pactl(h->speaker, sizeof(h->speaker),
              "load-module module-null-sink norewinds=1 sink_name=headset rate=48000 "
              "sink_properties=device.description=Headset"));
    TRY(pactl(h->microphone, sizeof(h->microphone),
              "load-module module-remap-source master=headset.monitor source_name=headset_mic "
              "source_properties=device.description=Headset"));
out:
    return err;
}

static int unplug_headset(struct headset *h)
{
    int err;

    h->speaker[strcspn(h->speaker, "\n")] = h->microphone[strcspn(h->microphone, "\n")] = '\0';
    TRY(order("unload-module", h->microphone, ""));
    TRY(order("unload-module", h->speaker, ""));
out:
    return err;
}

/* The default microphone hears the default speaker. */
static int choose_default(const char *sink)
{
    int err;

    TRY(order("set-default-sink", sink, ""));
    TRY(order("set-default-source", sink, ".monitor"));
out:
    return err;
}

/* It hears itself from now on. */
static int hears(struct caller *c)
{
    c->want_heard = c->heard + 20;
    return run(c, 10000);
}

/* Unplugged in mid-call the default card is used, plugged in again the headset is. Twice. */
static int test_headset(void)
{
    struct pulse p;
    struct caller c = {0};
    struct headset h;
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(plug_headset(&h));
    TRY(open_caller(&c, "device:headset_mic", "device:headset"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    for (unsigned i = 1; i <= 2; i++) {
        TRY(order("set-sink-mute", "speaker", " 1"));
        TRY(hears(&c));
        TRY(unplug_headset(&h));
        c.want_away = 2 * i;
        TRY(run(&c, 6000));
        CHECK_STR(c.label, "Headset");
        TRY(order("set-sink-mute", "speaker", " 0"));
        TRY(hears(&c));
        TRY(order("set-sink-mute", "speaker", " 1"));
        TRY(plug_headset(&h));
        c.want_good = c.good + 2;
        TRY(run(&c, 6000));
    }
    TRY(hears(&c));
    CHECK_INT(c.away, 4);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* Not there when the call begins, plugged in while it runs. */
static int test_headset_later(void)
{
    struct pulse p;
    struct caller c = {0};
    struct headset h;
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(open_caller(&c, "device:headset_mic", "device:headset"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    c.want_away = 2;
    TRY(hears(&c));
    TRY(order("set-sink-mute", "speaker", " 1"));
    TRY(plug_headset(&h));
    c.want_good = c.good + 2;
    TRY(run(&c, 6000));
    TRY(hears(&c));
    CHECK_INT(c.away, 2);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* What it hears of itself comes from this sink alone. */
static int hears_from(struct caller *c, const char *sink)
{
    static const char *const sinks[] = {"speaker", "other"};
    int err;

    for (size_t i = 0; i < CHECK_COUNT(sinks); i++)
        TRY(order("set-sink-mute", sinks[i], strcmp(sinks[i], sink) ? " 1" : " 0"));
    c->want_heard = c->heard + 1; /* of what is still on its way */
    (void)comes(c, 300);
    TRY(hears(c));
out:
    return err;
}

/* Of several cards the first that is there, whatever the default is; again when it comes back. */
static int test_order(void)
{
    struct pulse p;
    struct caller c = {0};
    struct headset h;
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(pactl(NULL, 0,
              "load-module module-remap-source master=other.monitor source_name=other_mic"));
    TRY(open_caller(&c, "device:headset_mic|other_mic", "device:headset|nobody|other"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    TRY(hears_from(&c, "other"));
    for (int i = 0; i < 2; i++) {
        TRY(plug_headset(&h));
        TRY(hears_from(&c, "headset"));
        TRY(unplug_headset(&h));
        TRY(hears_from(&c, "other"));
    }
    CHECK_INT(c.away, 0);
    CHECK_INT(c.bad, 0);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* Who has chosen the default gets the next one as well, and news of it. */
static int test_default(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(open_caller(&c, "device", "device"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    TRY(hears(&c));
    TRY(order("set-sink-mute", "speaker", " 1"));
    c.want_lists = c.lists + 1;
    TRY(choose_default("other"));
    TRY(run(&c, 6000));
    TRY(hears(&c));
    CHECK_INT(c.away, 0);
    for (size_t i = 0; i < c.n_list; i++)
        CHECK_INT(c.list[i].is_default, strcmp(c.list[i].name, "other") == 0);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* Who moves the voice to another card in the system's own mixer is left alone. */
static int test_moved(void)
{
    struct pulse p;
    struct caller c = {0};
    char list[256];
    struct headset h;
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(plug_headset(&h));
    TRY(open_caller(&c, "device:other.monitor", "device:headset"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    c.want_lists = 1;
    TRY(run(&c, 6000));
    do {
        (void)comes(&c, 20);
        TRY(pactl(list, sizeof(list), "list short sink-inputs"));
    } while (!list[0]);
    list[strcspn(list, "\t")] = '\0';
    TRY(order("move-sink-input", list, " other"));
    TRY(hears(&c));
    CHECK_INT(c.away, 0);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* The names that PortAudio has for the server mean its default card, which is not away. */
static int test_old_names(void)
{
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(open_caller(&c, "device:pulse", "device:default"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    TRY(hears(&c));
    CHECK_INT(c.away, 0);
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* What the server is told of the streams, so that a headset changes its profile and music waits. */
static int test_roles(void)
{
    const struct ars_audio_conf conf = {.in = "device", .out = "device", .ring = "device"};
    static char text[16384];
    struct pulse p;
    struct caller c = {0};
    int err;

    TRY(open_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(open_caller(&c, "device", "device"));
    TRY(ars_audio_set(c.audio, &conf));
    ars_audio_tone(c.audio, ARS_TONE_RINGING);
    for (bool rings = false; !rings;) {
        (void)comes(&c, 50);
        TRY(pactl(text, sizeof(text), "list sink-inputs"));
        rings = strstr(text, "media.name = \"Ring\"");
    }
    CHECK(!strstr(text, "media.role = "));
    ars_audio_tone(c.audio, ARS_TONE_NONE);
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    TRY(hears(&c));
    TRY(pactl(text, sizeof(text), "list sink-inputs"));
    CHECK(strstr(text, "media.role = \"phone\""));
    CHECK(strstr(text, "application.name = \"ARS Phone\""));
    CHECK(strstr(text, "application.icon_name = \"io.github.arsphone.ArsPhone\""));
    TRY(pactl(text, sizeof(text), "list source-outputs"));
    CHECK(strstr(text, "media.role = \"phone\""));
out:
    close_caller(&c);
    close_pulse(&p);
    return err;
}

/* ALSA's default card is another server's: that is the card which is left when ours goes away. */
static int lay_hardware(const struct pulse *p, const struct pulse *hardware)
{
    char path[96];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/.asoundrc", p->dir);
    f = fopen(path, "w");
    if (!f)
        return errno;
    (void)fprintf(f, "pcm.!default { type pulse server \"unix:%s/sock\" }\n", hardware->dir);
    return fclose(f) ? EIO : 0;
}

/* Until the server plays a call, or plays none any more. */
static int wait_for_call(struct caller *c, bool there)
{
    static char text[16384];
    int err = 0;

    c->want_heard = UINT_MAX; /* never: the time alone ends the waiting */
    for (unsigned i = 0; i < 100; i++) {
        (void)comes(c, 100);
        TRY(pactl(text, sizeof(text), "list sink-inputs"));
        if (there == !!strstr(text, "media.name = \"Call\""))
            return 0;
    }
    err = check_fail(__FILE__, __LINE__, there ? "no call at the server" : "still a call there");
out:
    return err;
}

/*
 * A server goes away in mid-call and what is left of the sound system is used; it comes back, and
 * so does the call. With no call, its coming back is told without being asked for.
 */
static int test_server_returns(void)
{
    struct pulse hardware = {0}, p = {0};
    struct caller c = {0};
    int err;

    TRY(open_pulse(&hardware));
    TRY(open_pulse(&p));
    TRY(lay_hardware(&p, &hardware));
    TRY(choose_default("speaker"));
    TRY(open_caller(&c, "device", "device"));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    TRY(hears(&c));
    kill_pulse(&p);
    c.want_bad = c.bad + 2;
    c.want_good = c.good + 2;
    TRY(run(&c, 6000));
    TRY(hears(&c));
    TRY(start_pulse(&p));
    TRY(choose_default("speaker"));
    TRY(wait_for_call(&c, true));
    TRY(hears(&c));
    CHECK_INT(c.bad, c.want_bad);
    audio_port_detach(&c.port);
    TRY(wait_for_call(&c, false));
    kill_pulse(&p);
    TRY(start_pulse(&p));
    c.want_heard = 0;
    c.want_lists = c.lists + 1;
    TRY(run(&c, 10000));
    CHECK(c.n_list > 0);
out:
    close_caller(&c);
    close_pulse(&p);
    close_pulse(&hardware);
    return err;
}

static const struct {
    unsigned rate;
    unsigned channels;
} cards[] = {{8000, 1}, {16000, 2}, {44100, 1}, {44100, 2}, {96000, 2}, {192000, 2}};

static int judge_card(size_t which)
{
    struct caller c = {0};
    char line[192];
    int err;

    (void)snprintf(line, sizeof(line),
                   "load-module module-null-sink norewinds=1 sink_name=card%zu rate=%u channels=%u",
                   which, cards[which].rate, cards[which].channels);
    TRY(pactl(NULL, 0, line));
    (void)snprintf(line, sizeof(line), "device:card%zu.monitor", which);
    (void)snprintf(line + 64, sizeof(line) - 64, "device:card%zu", which);
    TRY(open_caller(&c, line, line + 64));
    c.tone = true;
    audio_port_attach(c.audio, &c.port);
    TRY(hears(&c));
    (void)snprintf(line, sizeof(line), "%u Hz, %u channels", cards[which].rate,
                   cards[which].channels);
    TRY(judge_tone(&c, line));
out:
    close_caller(&c);
    return err;
}

/* Whatever a card runs at, a tone has the same pitch and loudness. */
static int test_rates(void)
{
    struct pulse p;
    int err;

    TRY(open_pulse(&p));
    for (size_t i = 0; i < CHECK_COUNT(cards); i++)
        TRY(judge_card(i));
out:
    close_pulse(&p);
    return err;
}

/* The names of PulseAudio's Bluetooth cards, and of PipeWire's. */
static int test_same(void)
{
    int err = 0;

    CHECK(card_same("bluez_sink.AA_BB.a2dp_sink", "bluez_sink.AA_BB.handsfree_head_unit"));
    CHECK(card_same("bluez_output.AA_BB.1", "bluez_output.AA_BB.a2dp-sink"));
    CHECK(!card_same("bluez_sink.AA_BB.a2dp_sink", "bluez_sink.AA_CC.a2dp_sink"));
    CHECK(!card_same("bluez_sink.AA_BB.a2dp_sink", "bluez_source.AA_BB.handsfree_head_unit"));
    CHECK(!card_same("alsa_output.usb-1.analog-stereo", "alsa_output.usb-1.iec958-stereo"));
out:
    return err;
}

int suite_audio_plug(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"audio-plug/same", test_same, false},
        {"audio-plug/headset", test_headset, false},
        {"audio-plug/headset-later", test_headset_later, false},
        {"audio-plug/order", test_order, false},
        {"audio-plug/default", test_default, false},
        {"audio-plug/moved", test_moved, false},
        {"audio-plug/roles", test_roles, false},
        {"audio-plug/old-names", test_old_names, false},
        {"audio-plug/server-returns", test_server_returns, false},
        {"audio-plug/rates", test_rates, false},
    };
    int failed;

    if (lab_begin())
        return 1;
    failed = check_run(cases, CHECK_COUNT(cases), argc, argv);
    lab_end();
    return failed;
}
