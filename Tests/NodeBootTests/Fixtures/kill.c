/* Preloaded: kills the process with SIGKILL before its KILL_AT-th call that changes a file or a folder, counted from 1. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void step(void) {
  static int count;
  const char *at = getenv("KILL_AT");
  if (at && __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) == atoi(at)) kill(getpid(), SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int unlink(const char *path) { step(); return REAL(unlink)(path); }
int unlinkat(int folder, const char *path, int flags) { step(); return REAL(unlinkat)(folder, path, flags); }
int rename(const char *from, const char *to) { step(); return REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to) { step(); return REAL(renameat)(a, from, b, to); }
int fsync(int number) { step(); return REAL(fsync)(number); }
int fchmod(int number, mode_t mode) { step(); return REAL(fchmod)(number, mode); }
ssize_t write(int number, const void *bytes, size_t count) {
  if (number > 2) step();
  return REAL(write)(number, bytes, count);
}

static int opened(const char *name, int folder, const char *path, int flags, mode_t mode) {
  if (flags & O_CREAT) step();
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
