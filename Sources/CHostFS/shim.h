#pragma once
/* Linux calls that Swift's Glibc module leaves out. */
#include <sys/timex.h>
#include <sys/vfs.h>

/* glibc declares it for _GNU_SOURCE only. Source: getdents64(2). */
extern long getdents64(int descriptor, void *buffer, unsigned long size);
