#define CURL_DISABLE_TYPECHECK
#include "CCurlShim.h"
#include "library.h"

#define SET LL_CURL(curl_easy_setopt)
#define GET LL_CURL(curl_easy_getinfo)

/* A handle was made by libcurl, so the functions that take one are there. */

CURLcode ll_curl_set_long(CURL *handle, CURLoption option, long value) {
  return SET(handle, option, value);
}

CURLcode ll_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return SET(handle, option, value);
}

CURLcode ll_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return SET(handle, option, value);
}

CURLcode ll_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return SET(handle, option, value);
}

CURLcode ll_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return SET(handle, option, value);
}

CURLcode ll_curl_set_body_receiver(CURL *handle, ll_curl_receiver receiver, void *context) {
  CURLcode code = SET(handle, CURLOPT_WRITEFUNCTION, receiver);
  return code != CURLE_OK ? code : SET(handle, CURLOPT_WRITEDATA, context);
}

CURLcode ll_curl_set_header_receiver(CURL *handle, ll_curl_receiver receiver, void *context) {
  CURLcode code = SET(handle, CURLOPT_HEADERFUNCTION, receiver);
  return code != CURLE_OK ? code : SET(handle, CURLOPT_HEADERDATA, context);
}

CURLcode ll_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return GET(handle, info, value);
}

CURLcode ll_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return GET(handle, info, value);
}

CURLcode ll_curl_get_string(CURL *handle, CURLINFO info, const char **value) {
  return GET(handle, info, value);
}

CURLcode ll_curl_global_init(void) {
  __typeof__(&curl_global_init) call = LL_CURL(curl_global_init);
  return call ? call(CURL_GLOBAL_DEFAULT) : CURLE_FAILED_INIT;
}

CURLUcode ll_curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags) {
  return LL_CURL(curl_url_get)(url, part, text, flags);
}
