#define _GNU_SOURCE
#include "CLinux.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <termios.h>
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

// Pages that the dynamic linker has written to would be lost. To a segment that is not writable it writes only where
// the object says so.
static int has_text_relocations(const struct dl_phdr_info *object) {
  for (int i = 0; i < object->dlpi_phnum; i++) {
    if (object->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++)
      if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL)) return 1;
  }
  return 0;
}

static int release_code_of(struct dl_phdr_info *object, size_t size, void *unused) {
  if (has_text_relocations(object)) return 0;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    // Advice: nothing depends on whether it is taken.
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void ll_release_code(void) { dl_iterate_phdr(release_code_of, NULL); }

static volatile sig_atomic_t caught;

static void note(int signal) { caught = signal; }

long ll_read_unseen(int terminal, const char *prompt, void *buffer, unsigned long size) {
  static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
  struct sigaction before[5], act = {.sa_handler = note};
  struct termios seen, unseen;
  if (tcgetattr(terminal, &seen) != 0) return -1;
  unseen = seen;
  unseen.c_lflag &= ~(tcflag_t)ECHO;
  caught = 0;
  // Without SA_RESTART: a signal ends the read, the terminal is put right, and only then the signal does what it does.
  for (int i = 0; i < 5; i++) sigaction(ending[i], &act, &before[i]);
  long count = -1;
  // The prompt comes last: what is typed after it is not flushed away.
  if (tcsetattr(terminal, TCSAFLUSH, &unseen) == 0 && write(terminal, prompt, strlen(prompt)) >= 0) {
    do count = read(terminal, buffer, size);
    while (count < 0 && errno == EINTR && !caught);
    tcsetattr(terminal, TCSAFLUSH, &seen);
  }
  for (int i = 0; i < 5; i++) sigaction(ending[i], &before[i], NULL);
  if (write(terminal, "\n", 1) < 0 || caught) {
    if (caught) raise(caught);
    return -1;
  }
  return count;
}
