// What the servers under attack have in common: an ordinary little service.
#ifndef ATTACKS_SERVICE_H
#define ATTACKS_SERVICE_H

#include "mongoose.h"

struct service {
  const char *root;        // served below all URIs that mean nothing else
  struct mg_fs *fs;        // where `root` is
  const char *url;         // of the plain listener; NULL: a free port
  struct mg_tls_opts tls;  // for connections to the TLS listener
};

// Handler; c->fn_data is a struct service.
//
//   /           "ok"
//   /bytes?n=N  N bytes
//   /echo       length of the body
//   /wait?ms=N  "waited", N milliseconds later (a long poll)
//   /block?ms=N "blocked", after sleeping in the handler
//   /ws         WebSocket, messages come back
//   ...         files
void service(struct mg_connection *c, int ev, void *ev_data);

// Reads `-l URL`, `-d DIRECTORY`, `-p` (the directory is a packed one), `-C CERT`, `-K KEY`. Returns the index
// of the first other argument.
int service_args(struct service *settings, int argc, char *argv[]);

// Listens on the URL or a free port of the loopback interface, and with a certificate on one for
// TLS. Prints both ports. Returns false if that fails.
bool service_listen(struct service *settings, struct mg_mgr *mgr, mg_event_handler_t fn);

#endif
