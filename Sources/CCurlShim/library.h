#pragma once
#include <stdbool.h>

/* libcurl, loaded when the first of its functions is called: with its 30 libraries it takes more than half of the start of
   a program, and only a download needs it. Without it every call fails as libcurl's own would. */

#define LL_CURL_NAME "libcurl.so.4"

/* The function called `name`; NULL where there is no libcurl. */
void *ll_curl_find(const char *name);

#define LL_CURL(function) ((__typeof__(&(function)))ll_curl_find(#function))
