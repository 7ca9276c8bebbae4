// Looks host names up and prints their addresses.
//
//   dns-lookup [-s SERVER] [-t MILLISECONDS] [-6] NAME...
//
// SERVER is the URL of a name server, for instance udp://127.0.0.1:53. With -6 only IPv6 addresses are
// asked for. The exit status is 0 if all names have an address.
#include "mongoose.h"

struct progress {
  int waiting;  // connections that are still there
  int failed;
};

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct progress *progress = (struct progress *)c->fn_data;
  if (ev == MG_EV_OPEN) {
    progress->waiting++;
  } else if (ev == MG_EV_RESOLVE) {
    char address[50];
    mg_snprintf(address, sizeof(address), "%M", mg_print_ip, &c->rem);
    printf("%s\n", address);
    c->is_closing = 1;
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
    progress->failed++;
  } else if (ev == MG_EV_CLOSE) {
    progress->waiting--;
  }
}

// Looks one name up. A UDP connection that is never used is enough.
static void look_up(struct mg_mgr *mgr, const char *name, struct progress *progress) {
  char *url = mg_mprintf("udp://%s:9", name);
  if (url == NULL || mg_connect(mgr, url, on_event, progress) == NULL) progress->failed++;
  mg_free(url);
  while (progress->waiting > 0) mg_mgr_poll(mgr, 100);
}

int main(int argc, char *argv[]) {
  struct progress progress = {0, 0};
  struct mg_mgr mgr;
  int i;

  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  for (i = 1; i < argc && argv[i][0] == '-'; i++) {
    if (strcmp(argv[i], "-6") == 0) {
      mgr.use_dns6 = true;
    } else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
      mgr.dns4.url = mgr.dns6.url = argv[++i];
    } else if (strcmp(argv[i], "-t") == 0 && i + 1 < argc) {
      mgr.dnstimeout = atoi(argv[++i]);
    } else {
      break;
    }
  }
  if (i >= argc || argv[i][0] == '-') {
    fprintf(stderr, "Usage: %s [-s SERVER] [-t MILLISECONDS] [-6] NAME...\n", argv[0]);
    return EXIT_FAILURE;
  }
  for (; i < argc; i++) look_up(&mgr, argv[i], &progress);
  mg_mgr_free(&mgr);
  return progress.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
