#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's own entry point (compiler-rt, fuzzer/FuzzerInterface.h has no header in the toolchain). Its main() is not
// used: SwiftPM gives every program's main another name.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));

#endif
