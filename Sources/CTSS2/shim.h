#pragma once
#include <malloc.h>
#include <tss2/tss2_common.h>
#include <tss2/tss2_tpm2_types.h>
#include <tss2/tss2_tcti.h>
#include <tss2/tss2_tctildr.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>

/* A TCTI that hands everything to another one and watches what passes. ESAPI casts a TCTI to its first member. */
typedef struct {
  TSS2_TCTI_CONTEXT_COMMON_V2 common;
  /* The TCTI that reaches the TPM. */
  TSS2_TCTI_CONTEXT *line;
  /* How many commands it took. */
  uint64_t transmitted;
  /* Where ESAPI receives responses, and how much fits there: the one buffer in which it also encodes commands. */
  uint8_t *buffer;
  size_t capacity;
} ll_watched_tcti;
