/* cli: passwords, which come from a file or the environment and never stand on a command line. */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

struct ars_secret;

/* Replaces *secret by what stands in that file. As fopen(), ENOMEM, EINVAL: too long. */
int password_from_file(struct ars_secret **secret, const char *path);

/* Taken out of the environment at once, and wiped from where /proc/PID/environ reads it. ENOMEM. */
int password_from_env(struct ars_secret **secret, const char *name);

#endif
