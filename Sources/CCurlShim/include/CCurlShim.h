#pragma once
#include <curl/curl.h>

/* Variadic C functions are not imported into Swift. Each of these is one of libcurl's with one type of argument; the
   names say which, and option and argument must belong together (curl_easy_setopt(3), curl_easy_getinfo(3)). */

CURLcode ll_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ll_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode ll_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode ll_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode ll_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);

/* Receives `size * count` bytes and returns how many it took; fewer ends the transfer. */
typedef size_t (*ll_curl_receiver)(char *bytes, size_t size, size_t count, void *context);
CURLcode ll_curl_set_body_receiver(CURL *handle, ll_curl_receiver receiver, void *context);
CURLcode ll_curl_set_header_receiver(CURL *handle, ll_curl_receiver receiver, void *context);

CURLcode ll_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode ll_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
/* The text belongs to the handle and lives until its next transfer. */
CURLcode ll_curl_get_string(CURL *handle, CURLINFO info, const char **value);

/* curl_url_get(3), whose first parameter is const in some releases. */
CURLUcode ll_curl_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags);

/* Macros with a cast, which are not imported either. */
CURLcode ll_curl_global_init(void);
