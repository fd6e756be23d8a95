/* engine: commands as data. */
#include <stdlib.h>

#include <ars/command.h>
#include <ars/str.h>

struct ars_command *ars_command_new(enum ars_command_type type)
{
    struct ars_command *cmd = calloc(1, sizeof(*cmd));

    if (cmd)
        cmd->type = type;
    return cmd;
}

struct ars_command *ars_command_account(ars_id account, const struct ars_account_conf *conf)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_ACCOUNT_SET);

    if (!cmd)
        return NULL;
    cmd->account = account;
    cmd->conf = ars_account_conf_dup(conf);
    if (!cmd->conf) {
        ars_command_free(cmd);
        return NULL;
    }
    return cmd;
}

struct ars_command *ars_command_call(enum ars_command_type type, ars_id call, int number,
                                     const char *text)
{
    struct ars_command *cmd = ars_command_new(type);

    if (!cmd)
        return NULL;
    cmd->call = call;
    cmd->number = number;
    cmd->text = ars_strdup(text);
    if (text && !cmd->text) {
        ars_command_free(cmd);
        return NULL;
    }
    return cmd;
}

struct ars_command *ars_command_dial(ars_id account, const char *number)
{
    struct ars_command *cmd = ars_command_call(ARS_CMD_DIAL, 0, 0, number);

    if (cmd)
        cmd->account = account;
    return cmd;
}

struct ars_command *ars_command_answering(const struct ars_answering *answering)
{
    struct ars_command *cmd = ars_command_new(ARS_CMD_ANSWERING);

    if (cmd && ars_answering_copy(&cmd->answering, answering)) {
        ars_command_free(cmd);
        return NULL;
    }
    return cmd;
}

void ars_command_free(struct ars_command *cmd)
{
    if (!cmd)
        return;
    free(cmd->text);
    free(cmd->text2);
    free(cmd->text3);
    ars_account_conf_free(cmd->conf);
    ars_answering_clear(&cmd->answering);
    free(cmd);
}
