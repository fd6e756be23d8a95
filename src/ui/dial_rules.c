/* ui: the dial rules of an account. */
#include <stdlib.h>

#include <glib/gi18n.h>

#include <ars/app.h>

#include "dial_rules.h"
#include "hint_row.h"
#include "lines_row.h"
#include "words.h"

struct _ArsDialRules {
    AdwExpanderRow parent_instance;

    /* template widgets */
    ArsLinesRow *rules;
    GtkEditable *number;
    ArsHintRow *hint;
};

enum { CHANGED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsDialRules, ars_dial_rules, ADW_TYPE_EXPANDER_ROW)

static void on_bad_rule(size_t rule, size_t offset, const char *reason, void *arg)
{
    GString *bad = arg;

    if (bad->len)
        g_string_append_c(bad, '\n');
    /* Translators: the number of the rule, which character of it, and what is wrong there */
    g_string_append_printf(bad, _("Rule %u, character %u: %s"), (guint)rule, (guint)offset + 1,
                           words_rule_problem(reason));
}

static void show_rules(ArsDialRules *self, const char *rules)
{
    g_autoptr(GString) bad = g_string_new(NULL);

    (void)ars_app_check_number(rules, NULL, on_bad_rule, bad, NULL, NULL);
    if (bad->len)
        ars_lines_row_set_check(self->rules, bad->str, TRUE);
    else
        ars_lines_row_set_check(
            self->rules,
            _("A rule a line, the first that fits is applied: ^8([0-9]{10})$ -> +7\\1"), FALSE);
}

/* What is sent of the number that is tried. */
static void show_number(ArsDialRules *self, const char *rules)
{
    const char *typed = gtk_editable_get_text(self->number);
    g_autofree char *words = NULL;
    char *wire = NULL;
    size_t rule = 0;

    if (typed[0] == '\0') {
        ars_hint_row_set_hint(self->hint, NULL);
        ars_hint_row_set_error(self->hint, NULL);
        return;
    }
    if (ars_app_check_number(rules, typed, NULL, NULL, &wire, &rule)) {
        ars_hint_row_set_error(self->hint, words_call_reason(ARS_REASON_BAD_NUMBER));
        return;
    }
    /* Translators: a number as typed, as it is sent, and which rule did that */
    words = rule ? g_strdup_printf(_("%s → %s, by rule %u"), typed, wire, (guint)rule)
                 : g_strdup_printf(_("%s → %s, no rule fits"), typed, wire);
    free(wire);
    ars_hint_row_set_error(self->hint, NULL);
    ars_hint_row_set_hint(self->hint, words);
}

static void show(ArsDialRules *self)
{
    g_autofree char *rules = ars_dial_rules_get_rules(self);

    show_rules(self, rules);
    show_number(self, rules);
}

static void on_changed(ArsDialRules *self)
{
    show(self);
    g_signal_emit(self, signals[CHANGED], 0);
}

static void ars_dial_rules_class_init(ArsDialRulesClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);

    g_type_ensure(ARS_TYPE_HINT_ROW);
    g_type_ensure(ARS_TYPE_LINES_ROW);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/dial_rules.ui");
    gtk_widget_class_bind_template_child(widget, ArsDialRules, rules);
    gtk_widget_class_bind_template_child(widget, ArsDialRules, number);
    gtk_widget_class_bind_template_child(widget, ArsDialRules, hint);
}

static void ars_dial_rules_init(ArsDialRules *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    g_signal_connect_object(self->rules, "changed", G_CALLBACK(on_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->number, "changed", G_CALLBACK(show), self, G_CONNECT_SWAPPED);
    show(self);
}

char *ars_dial_rules_get_rules(ArsDialRules *self)
{
    return ars_lines_row_get_text(self->rules);
}

void ars_dial_rules_set_rules(ArsDialRules *self, const char *rules)
{
    ars_lines_row_set_text(self->rules, rules);
    gtk_editable_set_text(self->number, "");
    adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), rules != NULL);
}

gboolean ars_dial_rules_check(ArsDialRules *self)
{
    if (ars_lines_row_is_good(self->rules))
        return TRUE;
    adw_expander_row_set_expanded(ADW_EXPANDER_ROW(self), TRUE);
    return FALSE;
}
