#define _GNU_SOURCE
#include "CLinux.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/userfaultfd.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

static struct __user_cap_header_struct capabilities_of_this_thread(void) {
  return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

int ll_permitted_capabilities(unsigned long long *permitted) {
  struct __user_cap_header_struct header = capabilities_of_this_thread();
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, data) != 0) return -1;
  *permitted = (unsigned long long)data[1].permitted << 32 | data[0].permitted;
  return 0;
}

int ll_keep_capabilities(unsigned long long kept) {
  unsigned long long permitted;
  if (ll_permitted_capabilities(&permitted) != 0) return -1;
  // Without new privileges execve(2) gives root nothing back, whatever the bounding set has.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (!(kept >> capability & 1) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) return -1;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
  struct __user_cap_header_struct header = capabilities_of_this_thread();
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
    data[i].permitted = data[i].effective = (unsigned int)((kept & permitted) >> 32 * i);
  return (int)syscall(SYS_capset, &header, data);
}

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

// Linux 6.7; older headers do not have it.
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

static int map_page_by_page_of(struct dl_phdr_info *object, size_t size, void *descriptor) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_filesz + page - 1) & ~(page - 1);
    struct uffdio_register range = {.range = {start, end - start}, .mode = UFFDIO_REGISTER_MODE_WP};
    // A segment that the kernel does not take stays as it is.
    if (end > start) ioctl(*(int *)descriptor, UFFDIO_REGISTER, &range);
  }
  return 0;
}

void ll_map_page_by_page(void) {
  int descriptor = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  if (descriptor < 0) return;
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_WP_ASYNC};
  if (ioctl(descriptor, UFFDIO_API, &api) != 0) {
    close(descriptor);
    return;
  }
  // Open for as long as the process lives: closing it would end what it is for.
  dl_iterate_phdr(map_page_by_page_of, &descriptor);
}

void ll_keep_heap_small(void) {
  mallopt(M_ARENA_MAX, 1);
  // Set at all, it does not grow with the largest block that was ever freed.
  mallopt(M_MMAP_THRESHOLD, 64 << 10);
  mallopt(M_TRIM_THRESHOLD, 64 << 10);
  mallopt(M_TOP_PAD, 16 << 10);
}

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
