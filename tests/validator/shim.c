/* Stands before libcurl and libsodium in a process of the validator (LD_PRELOAD), and
 * makes one of them old or broken: LLMP_VALIDATOR_SHIM says which.  Whoever calls that
 * function leaves the file LLMP_VALIDATOR_SHIM_USED. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int Wanted(const char* what) {
  const char* chosen = getenv("LLMP_VALIDATOR_SHIM");
  return chosen && strcmp(chosen, what) == 0;
}

static void Used(void) {
  const char* file = getenv("LLMP_VALIDATOR_SHIM_USED");
  int fd = file ? open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (fd >= 0) close(fd);
}

/* The real one.  The library is in the process already: its user has called us. */
static void* Real(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
  return handle ? dlsym(handle, name) : NULL;
}

int sodium_init(void);
#pragma GCC visibility push(default)

curl_version_info_data* curl_version_info(CURLversion age) {
  static curl_version_info_data copy;
  curl_version_info_data* (*real)(CURLversion) = NULL;
  curl_version_info_data* info;
  *(void**)&real = Real("libcurl.so.4", "curl_version_info");
  info = real ? real(age) : NULL;
  if (!info || !Wanted("old_libcurl")) return info;
  Used();
  copy = *info;
  copy.version = "7.15.0";
  copy.version_num = 0x070f00;
  return &copy;
}

CURLcode curl_global_init(long flags) {
  CURLcode (*real)(long) = NULL;
  if (Wanted("curl_global_init")) {
    Used();
    return CURLE_FAILED_INIT;
  }
  *(void**)&real = Real("libcurl.so.4", "curl_global_init");
  return real ? real(flags) : CURLE_FAILED_INIT;
}

int sodium_init(void) {
  int (*real)(void) = NULL;
  if (Wanted("sodium_init")) {
    Used();
    return -1;
  }
  *(void**)&real = Real("libsodium.so.23", "sodium_init");
  return real ? real() : -1;
}

#pragma GCC visibility pop
