// Multicast DNS.
//
//   mdns -a NAME [-s _http._tcp -p 8080 -t key=value]   answers for NAME.local, and for a service
//   mdns -q NAME.local                                  asks, and prints the address
//   mdns -c http://NAME.local:8080/                     fetches a page
//
// Asking ends with the answer, or after 5 seconds.
#include <signal.h>

#include "mongoose.h"

static struct mg_dnssd_record service;
static char txt[256];
static volatile sig_atomic_t stop;
static const char *wanted;
static bool found;

static void on_signal(int number) {
  stop = number;
}

static void answer(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mdns_req *req = (struct mg_mdns_req *)ev_data;
  struct mg_str asked, own = mg_str((char *)c->fn_data);
  if (ev != MG_EV_MDNS_REQ || req->is_listing) return;
  asked = req->reqname;
  if (service.srvcproto.len > 0 && mg_strcasecmp(asked, service.srvcproto) == 0) {
    req->r = &service;
    req->is_resp = true;
  }
  if (req->is_resp) {
    printf("%.*s asked for, %.*s answers\n", (int)asked.len, asked.buf, (int)own.len, own.buf);
    fflush(stdout);
  }
}

static void ask(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mdns_resp *resp = (struct mg_mdns_resp *)ev_data;
  (void)c;
  if (ev == MG_EV_MDNS_RESP && mg_strcasecmp(resp->name, mg_str(wanted)) == 0 && !found) {
    char text[40];
    mg_snprintf(text, sizeof(text), "%M", mg_print_ip, &resp->addr);
    puts(text);
    found = true;
  }
}

static void fetch(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_CONNECT) {
    struct mg_str host = mg_url_host(wanted);
    mg_printf(c, "GET %s HTTP/1.0\r\nHost: %.*s\r\n\r\n", mg_url_uri(wanted), (int)host.len,
              host.buf);
  } else if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    fwrite(hm->body.buf, 1, hm->body.len, stdout);
    found = true;
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    stop = 1;
  }
}

static int usage(void) {
  fprintf(stderr,
          "Usage: mdns -a NAME [-s _http._tcp -p PORT -t KEY=VALUE] | -q NAME.local | -c URL\n");
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  char *name = NULL;
  const char *page = NULL;
  struct mg_mgr mgr;
  uint64_t begin, asked_at = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "-a") == 0) name = argv[i + 1];
    if (strcmp(argv[i], "-q") == 0) wanted = argv[i + 1];
    if (strcmp(argv[i], "-c") == 0) wanted = page = argv[i + 1];
    if (strcmp(argv[i], "-s") == 0) service.srvcproto = mg_str(argv[i + 1]);
    if (strcmp(argv[i], "-p") == 0) service.port = (uint16_t)atoi(argv[i + 1]);
    if (strcmp(argv[i], "-t") == 0) {
      // On the wire, each string has its length in front.
      size_t len = mg_snprintf(txt + 1, sizeof(txt) - 1, "%s", argv[i + 1]);
      txt[0] = (char)len;
      service.txt = mg_str_n(txt, len + 1);
    }
  }
  if (name == NULL && wanted == NULL) return usage();

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_log_set(MG_LL_ERROR);
  mg_mgr_init(&mgr);
  if (mg_mdns_listen(&mgr, name != NULL ? answer : ask, name) == NULL) {
    fprintf(stderr, "port 5353 can't be opened\n");
    mg_mgr_free(&mgr);
    return EXIT_FAILURE;
  }
  if (page != NULL) mg_http_connect(&mgr, page, fetch, NULL);
  begin = mg_millis();
  while (stop == 0 && (name != NULL || (!found && mg_millis() - begin < 5000))) {
    bool is_due = asked_at == 0 || mg_millis() - asked_at >= 1000;
    if (name == NULL && page == NULL && is_due) {
      mg_mdns_query(mgr.mdns, wanted, MG_DNS_RTYPE_A);
      asked_at = mg_millis();
    }
    mg_mgr_poll(&mgr, 100);
  }
  mg_mgr_free(&mgr);
  return name != NULL || found ? EXIT_SUCCESS : EXIT_FAILURE;
}
