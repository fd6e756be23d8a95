/* ui: what is said of the sound of a call. */
#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "words.h"

/* ITU-T G.107 Annex B: below R 80 not all, below R 70 many are dissatisfied; as MOS */
#define GOOD_MOS 4.03
#define FAIR_MOS 3.60
/* Shares that the far end misses, in percent, from which it does not hear us well, or badly. */
#define FAIR_PCT 3.0
#define POOR_PCT 10.0

static const char *codec_words(const char *codec)
{
    if (g_ascii_strcasecmp(codec, "opus") == 0)
        return "Opus";
    if (g_ascii_strcasecmp(codec, "pcma") == 0 || g_ascii_strcasecmp(codec, "pcmu") == 0)
        return "G.711";
    if (g_ascii_strcasecmp(codec, "g722") == 0)
        return "G.722";
    return codec;
}

static gboolean is_known(double figure)
{
    return !isnan(figure) && figure >= 0;
}

static const char *quality_words(const struct ars_media_stats *stats)
{
    double mos = is_known(stats->mos) && stats->mos > 0 ? stats->mos : GOOD_MOS;
    double lost = is_known(stats->remote_loss_pct) ? stats->remote_loss_pct : 0;

    /* Translators: the quality of the sound */
    return mos < FAIR_MOS || lost >= POOR_PCT   ? C_("quality", "poor")
           : mos < GOOD_MOS || lost >= FAIR_PCT ? C_("quality", "fair")
                                                : C_("quality", "good");
}

char *words_call_media(const struct ars_app_call *call)
{
    if (!call->connected)
        return g_strdup("");
    if (!call->has_stats || !call->stats.codec[0])
        return g_strdup(_("Encrypted"));
    /* Translators: codec and quality of the sound follow */
    return g_strdup_printf(_("Encrypted · %s · %s"), codec_words(call->stats.codec),
                           quality_words(&call->stats));
}

static const char *unheard_words(enum ars_sound_cause cause)
{
    switch (cause) {
    case ARS_SOUND_MICROPHONE:
        return _("They cannot hear you: the microphone gives no sound. Is it switched off?");
    case ARS_SOUND_UNSENT:
        return _("They cannot hear you: nothing gets out into the network.");
    case ARS_SOUND_UNREPORTED:
        return _("They may not hear you: their side has stopped to report.");
    case ARS_SOUND_LOST:
        return _("They cannot hear you well: much is lost on the way.");
    default:
        return _("They cannot hear you: nothing arrives there.");
    }
}

char *words_call_trouble(const struct ars_app_call *call)
{
    const char *unheard = call->talks_muted ? _("You are talking, but the microphone is muted.")
                          : call->unheard   ? unheard_words(call->unheard)
                                            : "";
    const char *silent = "";

    if (call->silent)
        silent = call->silent == ARS_SOUND_UNREADABLE
                     ? _("You cannot hear them: what arrives cannot be decrypted.")
                     : _("You cannot hear them: nothing arrives from there.");
    return g_strconcat(unheard, unheard[0] && silent[0] ? "\n" : "", silent, NULL);
}

char *words_call_recording(const struct ars_app_call *call)
{
    g_autofree char *folder = g_path_get_dirname(call->record_path);
    g_autofree char *parent = g_path_get_dirname(folder);
    g_autofree char *in = g_path_get_basename(parent);
    g_autofree char *name = g_path_get_basename(folder);

    if (call->record_problem[0])
        /* Translators: why, in the words of the system */
        return g_strdup_printf(_("Not recorded any more: %s"), call->record_problem);
    if (!call->record_path[0])
        return g_strdup("");
    /* Translators: the last two folders of the way to the file */
    return g_strdup_printf(call->recording ? _("Recording into %s/%s") : _("Recorded into %s/%s"),
                           in, name);
}

static const char *const figure_names[WORDS_FIGURES] = {
    [WORDS_QUALITY] = N_("Quality (MOS)"),
    [WORDS_CODEC] = N_("Codec"),
    [WORDS_ENCRYPTION] = N_("Encryption"),
    [WORDS_PATH] = N_("Path"),
    [WORDS_ROUND_TRIP] = N_("Round trip"),
    [WORDS_JITTER] = N_("Jitter"),
    [WORDS_BUFFER] = N_("Buffer"),
    [WORDS_LOST] = N_("Lost on the way to you"),
    [WORDS_LOST_THERE] = N_("Lost on the way to them"),
    [WORDS_CONCEALED] = N_("Bridged"),
};

const char *words_figure_name(enum words_figure figure)
{
    return _(figure_names[figure]);
}

static char *number_words(double number, int decimals, const char *unit)
{
    /* Translators: a figure that is not known */
    return is_known(number) ? g_strdup_printf("%.*f%s", decimals, number, unit)
                            : g_strdup(_("unknown"));
}

char *words_figure(enum words_figure figure, const struct ars_media_stats *stats)
{
    /* Translators: milliseconds, behind a figure */
    const char *ms = _(" ms");
    const char *percent = " %";

    switch (figure) {
    case WORDS_QUALITY:
        return number_words(stats->mos > 0 ? stats->mos : -1, 1, "");
    case WORDS_CODEC:
        return g_strdup(codec_words(stats->codec));
    case WORDS_ENCRYPTION:
        return g_strdup(strstr(stats->srtp, "256") ? "SRTP, AES-256" : "SRTP, AES-128");
    case WORDS_PATH:
        return g_strdup(stats->path);
    case WORDS_ROUND_TRIP:
        return number_words(stats->rtt_ms, 0, ms);
    case WORDS_JITTER:
        return number_words(stats->jitter_ms, 0, ms);
    case WORDS_BUFFER:
        return number_words(stats->buffer_ms, 0, ms);
    case WORDS_LOST:
        return number_words(stats->loss_pct, 1, percent);
    case WORDS_LOST_THERE:
        return number_words(stats->remote_loss_pct, 1, percent);
    default:
        return number_words(stats->concealed_pct, 1, percent);
    }
}
