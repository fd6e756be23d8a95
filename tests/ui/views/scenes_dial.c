/* Tests of the views: the page where a number is entered. */
#include <string.h>

#include "stage.h"

#define FIELD "Number", "Номер"

static GtkEditable *field(void)
{
    return GTK_EDITABLE(find(GTK_TYPE_EDITABLE, say(FIELD)));
}

static void reads(const char *text, int caret)
{
    const char *is = gtk_editable_get_text(field());

    if (strcmp(is, text) != 0)
        fail("the field shows \"%s\", not \"%s\"", is, text);
    else if (gtk_editable_get_position(field()) != caret)
        fail("the caret in \"%s\" is at %d, not %d", text, gtk_editable_get_position(field()),
             caret);
}

static void dialled(const char *number)
{
    struct ars_command *cmd = fake_find_command(ARS_CMD_DIAL);

    if (!cmd)
        fail("nothing was dialled");
    else if (strcmp(cmd->text, number) != 0)
        fail("%s was dialled, not %s", cmd->text, number);
    ars_command_free(cmd);
}

static void play_empty(void)
{
    reads("", 0);
    button("Delete", "Удалить", FALSE);
    look("dial-empty");
}

static void play_typed(void)
{
    fake_manners.answers = FALSE;
    type("60");
    reads("60", 2);
    press("0", "0");
    reads("600", 3);
    button("Call", "Позвонить", TRUE);
    button("Delete", "Удалить", TRUE);
    look("dial-typed");
    press("Delete", "Удалить");
    reads("60", 2);
    press("#", "#");
    key("Return");
    dialled("60#");
}

/* As it grows; the caret stays behind what was typed, wherever that is in what is shown. */
static void play_formatted(void)
{
    fake_manners.answers = FALSE;
    type("495123456");
    reads("495123456", 9);
    type("7");
    reads("+7 (495) 123-45-67", 18);
    look("dial-formatted");
    key("Left");
    key("Left");
    key("Left");
    reads("+7 (495) 123-45-67", 15);
    key("BackSpace");
    reads("495123467", 7);
    type("5");
    reads("+7 (495) 123-45-67", 15);
    key("Home");
    type("8");
    reads("+7 (495) 123-45-67", 2);
    key("End");
    type("9");
    reads("849512345679", 12);
    key("BackSpace");
    reads("+7 (495) 123-45-67", 18);
    key("Return");
    dialled("84951234567");
}

static void play_long(void)
{
    type("123456789012345678901234567890");
    reads("123456789012345678901234567890", 30);
    look("dial-long");
    fill(FIELD, "sip:reception.second-floor@pbx.example.com");
    look("dial-uri");
}

/* The last number, shown first, then called. */
static void play_last(void)
{
    fake_manners.answers = FALSE;
    fill(FIELD, "84951234567");
    key("Return");
    dialled("84951234567");
    fresh();
    button("Call", "Позвонить", TRUE);
    key("Return");
    reads("+7 (495) 123-45-67", 18);
    must(fake_find_command(ARS_CMD_DIAL) == NULL);
    press("Call", "Позвонить");
    dialled("84951234567");
}

static void play_refused(void)
{
    struct ars_event *ev = fake_event(ARS_EV_ERROR);
    struct ars_command *cmd;

    fake_manners.rings = FALSE;
    fill(FIELD, "600");
    press("Call", "Позвонить");
    cmd = fake_find_command(ARS_CMD_DIAL);
    must(cmd != NULL);
    if (cmd)
        ev->tag = cmd->tag;
    ars_command_free(cmd);
    ars_reason_set(&ev->reason, ARS_REASON_NO_CONNECTION, 0, "%s", "");
    fake_push(ev);
    sees("There is no connection to the server", "Нет связи с сервером");
    reads("600", 3);
    look("dial-refused");
    type("1");
    reads("6001", 4);
}

static const struct scene dial_scenes[] = {
    {"empty", play_empty}, {"typed", play_typed}, {"formatted", play_formatted},
    {"long", play_long},   {"last", play_last},   {"refused", play_refused},
};

const struct group dial_group = {
    .name = "dial", .scenes = dial_scenes, .n = G_N_ELEMENTS(dial_scenes)};
