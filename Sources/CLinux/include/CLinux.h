#pragma once
/* Linux calls that glibc declares for _GNU_SOURCE only, which Swift's Glibc module does not set. */

/* renameat2(2) with RENAME_EXCHANGE on two paths: 0, or -1 with errno. */
int ll_rename_exchange(const char *first, const char *second);

/* syncfs(2) on the file system that holds the open file: 0, or -1 with errno. */
int ll_syncfs(int descriptor);

/* statfs(2)'s f_type of the file system that holds path, in type: 0, or -1 with errno. */
int ll_filesystem_type(const char *path, long *type);

/* fsetxattr(2) of security.selinux on an open file, with the context's NUL as setfilecon(3) writes it: 0, or -1 with errno. */
int ll_set_selinux_context(int descriptor, const char *context);

/* Shows prompt and reads a line from the terminal without showing it: its bytes, or -1 with errno. A signal that ends the program finds the terminal as it was
 * before. Sources: termios(3), readpassphrase(3). */
long ll_read_unseen(int terminal, const char *prompt, void *buffer, unsigned long size);

/* prctl(2), which is variadic, with one argument and zeros: its result, or -1 with errno. */
int ll_prctl(int operation, unsigned long argument);

/* The permitted capabilities of the calling thread, bit n for capability n, in permitted: 0, or -1 with errno. Source: capget(2). */
int ll_permitted_capabilities(unsigned long long *permitted);

/* Leaves the calling thread, and whatever threads and programs it starts, with those of its capabilities that are in kept, as permitted and effective
 * ones, with no inheritable and no ambient ones, and with no new privileges by execve(2): 0, or -1 with errno. The bounding set shrinks where the
 * thread may change it (CAP_SETPCAP). Threads that are there already keep what they have. Sources: capabilities(7), capset(2), prctl(2). */
int ll_keep_capabilities(unsigned long long kept);

/* Lets go of the pages with code and constants of the program and its libraries: what is needed again comes back from the page cache, or the
 * file; what only the start needed, as symbol tables, does not. Sources: madvise(2), dl_iterate_phdr(3), elf(5). */
void ll_release_code(void);

/* For a process that waits more than it works: one heap for all threads, which gives back what is free at its end, and large blocks have pages of
 * their own, which go back to the kernel with them. Source: mallopt(3). */
void ll_keep_heap_small(void);

/* Has the kernel map pages of the program and its libraries one by one where they are touched, and not fifteen neighbours with each: what is resident
 * is what is used. A side effect of registering them for write protection that never comes (asynchronous, so that nobody has to answer for it); no
 * page is protected, nothing is watched, and where the kernel is older than 6.7 or does not permit it, nothing changes. Takes a descriptor for good.
 * Sources: userfaultfd(2), ioctl_userfaultfd(2), uffd_disable_fault_around() in Linux' mm/memory.c. */
void ll_map_page_by_page(void);
