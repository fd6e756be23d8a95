/* ui: one call of the journal as an object. */
#include <ars/str.h>

#include "journal_item.h"

struct _ArsJournalItem {
    GObject parent_instance;

    struct ars_history_entry e; /* owns its texts */
};

G_DEFINE_FINAL_TYPE(ArsJournalItem, ars_journal_item, G_TYPE_OBJECT)

static void finalize(GObject *object)
{
    struct ars_history_entry *e = &ARS_JOURNAL_ITEM(object)->e;

    g_free(e->reason);
    g_free(e->details);
    g_free(e->number);
    g_free(e->name);
    g_free(e->account);
    g_free(e->recording);
    G_OBJECT_CLASS(ars_journal_item_parent_class)->finalize(object);
}

static void ars_journal_item_class_init(ArsJournalItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void ars_journal_item_init(ArsJournalItem *self)
{
    (void)self;
}

ArsJournalItem *ars_journal_item_new(const struct ars_history_entry *e)
{
    ArsJournalItem *self = g_object_new(ARS_TYPE_JOURNAL_ITEM, NULL);

    self->e = *e;
    self->e.reason = g_strdup(e->reason ? e->reason : "");
    self->e.details = g_strdup(e->details ? e->details : "");
    self->e.number = g_strdup(e->number ? e->number : "");
    self->e.name = g_strdup(e->name ? e->name : "");
    self->e.account = g_strdup(e->account ? e->account : "");
    self->e.recording = g_strdup(e->recording ? e->recording : "");
    return self;
}

const struct ars_history_entry *ars_journal_item_get(ArsJournalItem *self)
{
    return &self->e;
}

gboolean ars_journal_item_equal(ArsJournalItem *a, ArsJournalItem *b)
{
    const struct ars_history_entry *x = &a->e, *y = &b->e;

    return x->id == y->id && x->result == y->result && x->seen == y->seen &&
           x->duration_ms == y->duration_ms && x->start_us == y->start_us &&
           ars_streq(x->name, y->name) && ars_streq(x->number, y->number) &&
           ars_streq(x->reason, y->reason) && ars_streq(x->details, y->details) &&
           ars_streq(x->account, y->account) && ars_streq(x->recording, y->recording);
}
