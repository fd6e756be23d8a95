/* cli: the telephone without a window. */
#include <stdio.h>

#include <ars/log.h>
#include <ars/str.h>

#include "session.h"

static const struct command *const commands[] = {
    &command_register, &command_call,   &command_answer, &command_devices,
    &command_resolve,  &command_script, &command_number,
};

static void on_log(enum ars_log_level level, const char *room, const char *line, void *arg)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};

    fprintf(stderr, "%s: %s: %s\n", names[level], room, line);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (ars_streq(name, commands[i]->name))
            return commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    struct options opt;
    const struct command *command;
    struct session session;
    int code;

    if (!options_parse(&opt, argc, argv, &code))
        return code;
    ars_log_set_sink(opt.verbose ? ARS_LOG_DEBUG
                     : opt.trace ? ARS_LOG_INFO
                                 : ARS_LOG_WARN,
                     on_log, NULL);
    command = find(opt.command);
    code = EXIT_USAGE;
    if (!command)
        fprintf(stderr, "ars-phone-cli: '%s' is not a command; see --help\n", opt.command);
    else if (options_complete(&opt, command->needs_account, command->needs_argument))
        code = session_run(&session, &opt, command);
    options_close(&opt);
    return code;
}
