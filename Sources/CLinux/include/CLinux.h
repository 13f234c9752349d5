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

/* Lets go of the pages with code and constants of the program and its libraries: what is needed again comes back from the page cache, or the
 * file; what only the start needed, as symbol tables, does not. Sources: madvise(2), dl_iterate_phdr(3), elf(5). */
void ll_release_code(void);
