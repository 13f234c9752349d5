#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/select.h>

/* Hidden, so that libcurl itself never calls these instead of its own. */
#pragma GCC visibility push(hidden)
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include "library.h"

static void *library;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) { library = dlopen(LL_CURL_NAME, RTLD_NOW | RTLD_LOCAL); }

void *ll_curl_find(const char *name) {
  pthread_once(&once, load);
  return library ? dlsym(library, name) : NULL;
}

CURL *curl_easy_init(void) {
  __typeof__(&curl_easy_init) call = LL_CURL(curl_easy_init);
  return call ? call() : NULL;
}

CURLcode curl_easy_perform(CURL *handle) {
  __typeof__(&curl_easy_perform) call = LL_CURL(curl_easy_perform);
  return call ? call(handle) : CURLE_FAILED_INIT;
}

void curl_easy_reset(CURL *handle) {
  __typeof__(&curl_easy_reset) call = LL_CURL(curl_easy_reset);
  if (call) call(handle);
}

void curl_easy_cleanup(CURL *handle) {
  __typeof__(&curl_easy_cleanup) call = LL_CURL(curl_easy_cleanup);
  if (call) call(handle);
}

const char *curl_easy_strerror(CURLcode code) {
  __typeof__(&curl_easy_strerror) call = LL_CURL(curl_easy_strerror);
  return call ? call(code) : LL_CURL_NAME " cannot be loaded";
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) {
  __typeof__(&curl_slist_append) call = LL_CURL(curl_slist_append);
  return call ? call(list, text) : NULL;
}

void curl_slist_free_all(struct curl_slist *list) {
  __typeof__(&curl_slist_free_all) call = LL_CURL(curl_slist_free_all);
  if (call) call(list);
}

CURLU *curl_url(void) {
  __typeof__(&curl_url) call = LL_CURL(curl_url);
  return call ? call() : NULL;
}

void curl_url_cleanup(CURLU *url) {
  __typeof__(&curl_url_cleanup) call = LL_CURL(curl_url_cleanup);
  if (call) call(url);
}

CURLUcode curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
  __typeof__(&curl_url_set) call = LL_CURL(curl_url_set);
  return call ? call(url, part, text, flags) : CURLUE_BAD_HANDLE;
}

void curl_free(void *memory) {
  __typeof__(&curl_free) call = LL_CURL(curl_free);
  if (call) call(memory);
}
