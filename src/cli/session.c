/* cli: the poll loop between the engine's events, signals, standard input and time. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <ars/clock.h>

#include "session.h"

/* Longer than the engine takes to stop; then it is left to ars_engine_free(). */
#define GIVE_UP_MS  3000

#define INPUT_CHUNK 4096

/* ---- what commands use ---- */

void session_at(struct session *s, uint32_t ms, session_fn *fn, ars_id call)
{
    if (s->timers_n >= SESSION_TIMERS) {
        fputs("ars-phone-cli: too much at once\n", stderr);
        session_finish(s, EXIT_CALL);
        return;
    }
    s->timers[s->timers_n++] =
        (struct session_timer){.due_ms = ars_clock_ms() + ms, .fn = fn, .call = call};
}

void session_post(struct session *s, struct ars_command *cmd)
{
    int err = cmd ? ars_engine_post(s->engine, cmd) : ENOMEM;

    if (!err)
        return;
    ars_command_free(cmd);
    fprintf(stderr, "ars-phone-cli: %s\n", strerror(err));
    if (!s->finishing)
        session_finish(s, EXIT_CALL);
}

void session_answering(struct session *s)
{
    session_post(s, ars_command_answering(&s->answering));
}

void session_finish(struct session *s, int code)
{
    if (!s->code)
        s->code = code;
    if (s->finishing)
        return;
    s->finishing = true;
    s->timers_n = 0;
    s->give_up_ms = ars_clock_ms() + GIVE_UP_MS;
    session_post(s, ars_command_new(ARS_CMD_SHUTDOWN));
}

static void on_registration_timeout(struct session *s, ars_id call)
{
    if (!s->was_registered)
        session_finish(s, s->failed_to_register ? EXIT_REGISTRATION : EXIT_TIMEOUT);
}

void session_await_registration(struct session *s)
{
    session_at(s, s->opt->timeout_ms, on_registration_timeout, 0);
}

bool session_registered(struct session *s, const struct ars_event *ev)
{
    uint32_t bit = ev->account ? 1u << (ev->account - 1) : 0;
    bool first;

    switch (ev->type) {
    case ARS_EV_REGISTERED:
        s->online |= bit;
        s->registered = s->online == (1u << s->opt->accounts_n) - 1;
        first = s->registered && !s->was_registered;
        s->was_registered = s->was_registered || s->registered;
        return first;
    case ARS_EV_REGISTRATION_FAILED:
        s->online &= ~bit;
        s->registered = false;
        s->failed_to_register = true;
        /* what waiting does not mend: the user's to change, or a name that nobody knows */
        if (!ev->retry_ms || (!s->was_registered && ev->reason.code == ARS_REASON_NAME_NOT_FOUND))
            session_finish(s, EXIT_REGISTRATION);
        return false;
    default:
        return false;
    }
}

int session_call_code(const struct ars_event *ended)
{
    if (ended->setup_ms < 0)
        return EXIT_CALL;
    switch (ended->reason.code) {
    case ARS_REASON_LOCAL_HANGUP:
    case ARS_REASON_REMOTE_HANGUP:
        return ended->first_audio_ms < 0 ? EXIT_SILENT : EXIT_DONE;
    default:
        return EXIT_CALL;
    }
}

/* ---- the loop ---- */

static void on_bell(void *arg)
{
    const struct session *s = arg;
    const uint64_t one = 1;

    /* EAGAIN: it rings already */
    if (write(s->bell_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        abort();
}

static void take_events(struct session *s)
{
    struct ars_event *ev;

    while ((ev = ars_engine_next_event(s->engine))) {
        print_event(&s->printer, ev);
        if (ev->type == ARS_EV_STOPPED)
            s->stopped = true;
        else if (s->command->event)
            s->command->event(s, ev);
        ars_event_free(ev);
    }
}

static void run_timers(struct session *s)
{
    for (size_t i = 0; i < s->timers_n;) {
        struct session_timer t = s->timers[i];

        if (t.due_ms > ars_clock_ms()) {
            i++;
            continue;
        }
        memmove(&s->timers[i], &s->timers[i + 1], (s->timers_n - i - 1) * sizeof(t));
        s->timers_n--;
        t.fn(s, t.call);
        i = 0; /* it may have set others */
    }
}

static void take_signal(struct session *s)
{
    struct signalfd_siginfo info;

    if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (s->finishing)
        _exit(s->code);
    session_finish(s, EXIT_DONE);
}

static void take_input(struct session *s)
{
    char data[INPUT_CHUNK];
    ssize_t n = read(STDIN_FILENO, data, sizeof(data));

    if (n < 0)
        return;
    if (n == 0)
        s->input_ended = true;
    s->command->input(s, data, (size_t)n);
}

static int wait_ms(const struct session *s)
{
    uint64_t due = s->finishing ? s->give_up_ms : UINT64_MAX;
    uint64_t now = ars_clock_ms();

    for (size_t i = 0; i < s->timers_n; i++)
        if (s->timers[i].due_ms < due)
            due = s->timers[i].due_ms;
    if (due == UINT64_MAX)
        return -1;
    if (due <= now)
        return 0;
    return due - now > 60000 ? 60000 : (int)(due - now);
}

static void loop(struct session *s)
{
    while (!s->stopped) {
        bool input = s->command->reads_input && !s->input_ended && !s->finishing &&
                     s->command->wants_input(s);
        struct pollfd fds[] = {
            {.fd = s->bell_fd, .events = POLLIN},
            {.fd = s->signal_fd, .events = POLLIN},
            {.fd = input ? STDIN_FILENO : -1, .events = POLLIN},
        };
        uint64_t rung;

        if (poll(fds, 3, wait_ms(s)) < 0 && errno != EINTR)
            return;
        if (fds[0].revents && read(s->bell_fd, &rung, sizeof(rung)) < 0 && errno != EAGAIN)
            return;
        take_events(s);
        if (fds[1].revents)
            take_signal(s);
        if (fds[2].revents && !s->finishing)
            take_input(s);
        if (!s->finishing)
            run_timers(s);
        else if (ars_clock_ms() >= s->give_up_ms)
            return;
        if (ferror(stdout))
            session_finish(s, EXIT_DONE); /* nobody reads any more */
    }
}

/* ---- the whole ---- */

static int open_fds(struct session *s)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    /* before any thread is made: they inherit it */
    if (pthread_sigmask(SIG_BLOCK, &set, NULL))
        return EINVAL;
    (void)signal(SIGPIPE, SIG_IGN);
    s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signal_fd < 0)
        return errno;
    s->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s->bell_fd < 0 ? errno : 0;
}

static int start_engine(struct session *s)
{
    const struct options *o = s->opt;
    struct ars_engine_conf conf = {
        .voice = o->voice,
        .audio_in = o->audio_in,
        .audio_out = o->audio_out,
        .audio_ring = o->audio_ring,
        .ringer = o->ringer,
        .sip_trace = o->trace,
        .tones = o->tones,
        .bell = on_bell,
        .arg = s,
    };
    int err;

    if (!s->command->needs_account && !o->test) {
        conf.audio_in = "silence";
        conf.audio_out = "none";
        conf.audio_ring = "none";
    }
    err = ars_engine_start(&s->engine, &conf);
    if (err == EINVAL || err == ENOENT)
        fputs("ars-phone-cli: --audio-in, --audio-out or --audio-ring: no such sound\n", stderr);
    else if (err)
        fprintf(stderr, "ars-phone-cli: cannot start: %s\n", strerror(err));
    return err;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

int session_run(struct session *s, const struct options *opt, const struct command *command)
{
    *s = (struct session){
        .opt = opt,
        .command = command,
        .printer = {.json = opt->json, .several = opt->accounts_n > 1, .start_us = ars_clock_us()},
        .bell_fd = -1,
        .signal_fd = -1,
    };
    if (open_fds(s) || ars_answering_copy(&s->answering, &opt->answering) || start_engine(s)) {
        s->code = EXIT_USAGE;
    } else {
        if (opt->answering_given)
            session_answering(s);
        for (size_t i = 0; command->needs_account && i < opt->accounts_n; i++)
            session_post(s, ars_command_account(0, opt->accounts[i]));
        command->begin(s);
        loop(s);
        ars_engine_free(s->engine);
        if (command->close)
            command->close(s);
    }
    close_fd(s->bell_fd);
    close_fd(s->signal_fd);
    ars_answering_clear(&s->answering);
    return s->code;
}
