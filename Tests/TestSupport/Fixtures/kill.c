/* Preloaded: kills the process with SIGKILL before its KILL_AT-th call that changes a file or a folder, counted from 1 over all of its threads.
   KILL_ONLY: only these calls count, separated by commas. KILL_LOG: the name of each call that counts is appended there, a line each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int counts(const char *call) {
  const char *only = getenv("KILL_ONLY");
  size_t length = strlen(call);
  for (; only && *only; only += strcspn(only, ","), only += *only == ',')
    if (strcspn(only, ",") == length && strncmp(only, call, length) == 0) return 1;
  return !getenv("KILL_ONLY");
}

static void step(const char *call) {
  static int count;
  const char *at = getenv("KILL_AT"), *log = getenv("KILL_LOG");
  if ((!at && !log) || !counts(call)) return;
  int now = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
  if (log) {
    // Past the functions below. One write is one line, whatever other threads write.
    int number = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char line[32];
    int length = snprintf(line, sizeof line, "%s\n", call);
    if (number < 0 || syscall(SYS_write, number, line, length) != length) abort();
    syscall(SYS_close, number);
  }
  if (at && now == atoi(at)) kill(getpid(), SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int unlink(const char *path) { step("unlink"); return REAL(unlink)(path); }
int unlinkat(int folder, const char *path, int flags) { step("unlinkat"); return REAL(unlinkat)(folder, path, flags); }
int rename(const char *from, const char *to) { step("rename"); return REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to) { step("renameat"); return REAL(renameat)(a, from, b, to); }
int fsync(int number) { step("fsync"); return REAL(fsync)(number); }
int fchmod(int number, mode_t mode) { step("fchmod"); return REAL(fchmod)(number, mode); }
ssize_t write(int number, const void *bytes, size_t count) {
  if (number > 2) step("write");
  return REAL(write)(number, bytes, count);
}

static int opened(const char *name, int folder, const char *path, int flags, mode_t mode) {
  if (flags & O_CREAT) step("open");
  int (*call)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, name);
  return call(folder, path, flags, mode);
}
static mode_t mode_of(int flags, va_list rest) { return flags & O_CREAT ? va_arg(rest, mode_t) : 0; }

#define OPEN(name, at)                                        \
  int name(const char *path, int flags, ...) {                \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode_t mode = mode_of(flags, rest);                       \
    va_end(rest);                                             \
    return opened(#at, AT_FDCWD, path, flags, mode);          \
  }
#define OPENAT(name)                                          \
  int name(int folder, const char *path, int flags, ...) {    \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode_t mode = mode_of(flags, rest);                       \
    va_end(rest);                                             \
    return opened(#name, folder, path, flags, mode);          \
  }
OPEN(open, openat)
OPEN(open64, openat64)
OPENAT(openat)
OPENAT(openat64)
