#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

int ll_rename_exchange(const char *first, const char *second) {
  return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
}

int ll_syncfs(int descriptor) { return syncfs(descriptor); }

int ll_filesystem_type(const char *path, long *type) {
  struct statfs filesystem;
  if (statfs(path, &filesystem) != 0) return -1;
  *type = (long)filesystem.f_type;
  return 0;
}

int ll_set_selinux_context(int descriptor, const char *context) {
  return fsetxattr(descriptor, "security.selinux", context, strlen(context) + 1, 0);
}

int ll_prctl(int operation, unsigned long argument) { return prctl(operation, argument, 0, 0, 0); }
