/* cli: the telephone without a window. */
#include <stdio.h>

#include <ars/log.h>
#include <ars/str.h>

#include "session.h"

static const struct command *const commands[] = {
    &command_register, &command_call,    &command_answer,
    &command_devices,  &command_resolve, &command_script,
};

static void on_log(enum ars_log_level level, const char *room, const char *line, void *arg)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};

    fprintf(stderr, "%s: %s: %s\n", names[level], room, line);
}

int main(int argc, char **argv)
{
    struct options opt;
    struct session session;
    int code;

    if (!options_parse(&opt, argc, argv, &code))
        return code;
    ars_log_set_sink(opt.verbose ? ARS_LOG_DEBUG
                     : opt.trace ? ARS_LOG_INFO
                                 : ARS_LOG_WARN,
                     on_log, NULL);
    code = EXIT_USAGE;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!ars_streq(opt.command, commands[i]->name))
            continue;
        code = session_run(&session, &opt, commands[i]);
        options_close(&opt);
        return code;
    }
    fprintf(stderr, "ars-phone-cli: '%s' is not a command; see --help\n", opt.command);
    options_close(&opt);
    return code;
}
