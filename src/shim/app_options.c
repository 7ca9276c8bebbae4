// Behaviour options of the program: constants that mongoose.h defines in the program's files when
// it was compiled with -DMG_MAX_RECV_SIZE=... and the like. A reference that nothing defines has
// the address NULL; then the default of the library counts.
#include <stddef.h>

typedef unsigned long long number;

// A linker that drops unused sections keeps the accessors, and with them the references by which
// the program's constants are exported to the shared library.
#ifdef __has_attribute
#if __has_attribute(retain)
#define KEPT __attribute__((used, retain))
#endif
#endif
#ifndef KEPT
#define KEPT __attribute__((used))
#endif

#define APP_NUMBER(accessor, constant)                \
  extern const number constant __attribute__((weak)); \
  number accessor(number dflt);                       \
  KEPT number accessor(number dflt) {                 \
    return &constant != NULL ? constant : dflt;       \
  }

APP_NUMBER(meerkat_app_max_recv_size, mg_app_option_max_recv_size)
APP_NUMBER(meerkat_app_io_size, mg_app_option_io_size)
APP_NUMBER(meerkat_app_enable_dirlist, mg_app_option_enable_dirlist)
APP_NUMBER(meerkat_app_enable_ssi, mg_app_option_enable_ssi)
APP_NUMBER(meerkat_app_max_connections, mg_app_option_max_connections)
APP_NUMBER(meerkat_app_io_timeout, mg_app_option_io_timeout)
APP_NUMBER(meerkat_app_ipv6_v6only, mg_app_option_ipv6_v6only)
APP_NUMBER(meerkat_app_listen_backlog, mg_app_option_sock_listen_backlog_size)

extern const char *const mg_app_option_http_index __attribute__((weak));
const char *meerkat_app_http_index(const char *dflt);
KEPT const char *meerkat_app_http_index(const char *dflt) {
  return &mg_app_option_http_index != NULL ? mg_app_option_http_index : dflt;
}
