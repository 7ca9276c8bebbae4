// Connects with TLS and prints what was agreed, asking rustls itself: `c->tls` is one of its
// connections, and rustls.h is installed beside mongoose.h.
//
//   tls-info [-A CA] [-C CERT -K KEY] [-n NAME] [-r COUNT] [-t SECONDS] [-v LEVEL] URL
//
//   -A CA                PEM file: whom to trust; without it, anybody
//   -C CERT, -K KEY      PEM files: own certificate and key, for servers that want them
//   -n NAME              name of the server, if it is not the one in URL
//   -r COUNT             connect so many times; sessions are resumed
//   -t SECONDS           how long it may take, 10
//
// The exit status is 0 if all handshakes succeed.
#include "mongoose.h"
#include "rustls.h"

enum { TICKET_MS = 500 };  // how long to wait for what the next connection resumes from

struct asker {
  const char *url;
  struct mg_tls_opts tls;
  int count;            // connections yet to be made
  uint64_t handshaken;  // when the handshake was complete; 0 = not yet
  bool failed, done;
};

static void print_str(const char *what, struct rustls_str text) {
  printf("%-13s %.*s\n", what, (int)text.len, text.data);
}

static const char *version_name(const struct rustls_connection *tls) {
  switch (rustls_connection_get_protocol_version(tls)) {
    case RUSTLS_TLS_VERSION_TLSV1_2:
      return "TLS 1.2";
    case RUSTLS_TLS_VERSION_TLSV1_3:
      return "TLS 1.3";
    default:
      return "unknown";
  }
}

static void print_info(const struct rustls_connection *tls) {
  const struct rustls_certificate *certificate = rustls_connection_get_peer_certificate(tls, 0);
  const uint8_t *der;
  size_t len = 0;
  printf("%-13s %s\n", "version", version_name(tls));
  print_str("cipher suite", rustls_connection_get_negotiated_ciphersuite_name(tls));
  print_str("key exchange", rustls_connection_get_negotiated_key_exchange_group_name(tls));
  print_str("handshake", rustls_handshake_kind_str(rustls_connection_handshake_kind(tls)));
  if (certificate != NULL) rustls_certificate_get_der(certificate, &der, &len);
  printf("%-13s %lu bytes\n", "certificate", (unsigned long)len);
}

// TLS 1.3 servers send tickets after the handshake, if at all.
static bool has_all(const struct mg_connection *c, const struct asker *asker) {
  const struct rustls_connection *tls = (const struct rustls_connection *)c->tls;
  return rustls_connection_get_protocol_version(tls) != RUSTLS_TLS_VERSION_TLSV1_3 ||
         rustls_connection_get_tls13_tickets_received(tls) > 0 ||
         mg_millis() > asker->handshaken + TICKET_MS;
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct asker *asker = (struct asker *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    mg_tls_init(c, &asker->tls);
  } else if (ev == MG_EV_TLS_HS) {
    asker->handshaken = mg_millis();
    print_info((const struct rustls_connection *)c->tls);
  } else if (ev == MG_EV_POLL && asker->handshaken > 0 && has_all(c, asker)) {
    c->is_draining = 1;
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
    asker->failed = true;
  } else if (ev == MG_EV_CLOSE) {
    if (asker->handshaken == 0) asker->failed = true;
    asker->done = asker->failed || --asker->count == 0;
    asker->handshaken = 0;
    if (!asker->done) mg_connect(c->mgr, asker->url, on_event, asker);
  }
}

static bool read_pem(const char *path, struct mg_str *text) {
  *text = mg_file_read(&mg_fs_posix, path);
  if (text->len == 0) fprintf(stderr, "can't read %s\n", path);
  return text->len > 0;
}

static int usage(const char *program) {
  fprintf(stderr,
          "Usage: %s [-A CA] [-C CERT -K KEY] [-n NAME] [-r COUNT] [-t SECONDS] [-v LEVEL] URL\n",
          program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  struct asker asker;
  struct mg_mgr mgr;
  uint64_t limit_ms = 10000;
  int i = 1;

  memset(&asker, 0, sizeof(asker));
  asker.count = 1;
  mg_log_set(MG_LL_NONE);
  for (; i + 1 < argc; i += 2) {
    const char *value = argv[i + 1];
    if (strcmp(argv[i], "-A") == 0) {
      if (!read_pem(value, &asker.tls.ca)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-C") == 0) {
      if (!read_pem(value, &asker.tls.cert)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-K") == 0) {
      if (!read_pem(value, &asker.tls.key)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-n") == 0) {
      asker.tls.name = mg_str(value);
    } else if (strcmp(argv[i], "-r") == 0) {
      asker.count = atoi(value);
    } else if (strcmp(argv[i], "-t") == 0) {
      limit_ms = (uint64_t)atoi(value) * 1000;
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(value));
    } else {
      return usage(argv[0]);
    }
  }
  if (i != argc - 1 || argv[i][0] == '-') return usage(argv[0]);
  asker.url = argv[i];
  if (asker.tls.name.len == 0) asker.tls.name = mg_url_host(asker.url);

  mg_mgr_init(&mgr);
  uint64_t end = mg_millis() + limit_ms;
  mg_connect(&mgr, asker.url, on_event, &asker);
  while (!asker.done && mg_millis() < end) mg_mgr_poll(&mgr, 10);
  mg_mgr_free(&mgr);
  mg_free((void *)asker.tls.ca.buf);
  mg_free((void *)asker.tls.cert.buf);
  mg_free((void *)asker.tls.key.buf);
  return asker.done && !asker.failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
