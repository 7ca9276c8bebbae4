// Chapter 04, checklist 56 and 57, W27, W32, W34, W35: questions are shown to the program and answered
// as it says; what makes no valid answer is not sent.
#include "mdns_peer.h"

static struct mg_mgr mgr;
static struct mg_dnssd_record http = {{NULL, 0}, {NULL, 0}, 8080};
static struct mg_addr address;

// What the handler does, and what it has seen.
static struct {
  bool answers, declines, by_name, by_address;
  struct mg_dnssd_record *record;
  const char *name;
} plan;
static char seen[500];
static int writes, reads;
static size_t unread;

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_mdns_req *req = (struct mg_mdns_req *)ev_data;
  if (ev == MG_EV_WRITE) writes++;
  if (ev == MG_EV_READ) reads++, unread = c->recv.len;
  if (ev != MG_EV_MDNS_REQ) return;
  size_t len = strlen(seen);
  snprintf(seen + len, sizeof(seen) - len, "%d/%d %.*s%s%s%s%s\n", req->rr->atype, req->rr->aclass,
           (int)req->reqname.len, req->reqname.buf, req->is_resp ? " answered" : "",
           req->is_unicast ? " unicast" : "", req->is_listing ? " listing" : "",
           req->r == NULL && req->addr == NULL && req->respname.buf == NULL ? "" : " ?");
  CHECK_INT(req->rr->alen, 0);
  if (plan.declines) req->is_resp = false;
  if (plan.answers) req->is_resp = true;
  if (plan.by_name) req->respname = mg_str(plan.name);
  if (plan.by_address) req->addr = &address;
  req->r = plan.record;
}

// Sends a question and checks what the program sees of it.
static void ask(int fd, const void *query, size_t len, const char *events) {
  int before = reads;
  seen[0] = '\0';
  mdns_multicast(fd, query, len);
  POLL_UNTIL(&mgr, reads > before);
  // It hears its own reply too.
  do {
    before = reads;
    mg_mgr_poll(&mgr, 0);
  } while (reads > before);
  CHECK_TEXT(seen, events);
  CHECK_INT(unread, 0);
}

// Takes the reply at `fd` and compares it, but for the address at the end.
static void expect(int fd, const void *want, size_t len, const struct mg_addr *addr) {
  uint8_t buf[600];
  size_t n = mdns_wait(&mgr, fd, 1, buf, sizeof(buf));
  CHECK_INT(n, len);
  CHECK_BYTES(buf, n < len ? n : len - 4, want, n < len ? n : len - 4);
  if (addr != NULL && n == len) CHECK_BYTES(buf + n - 4, 4, addr->addr.ip, 4);
}

// Nothing is sent. (What was sent is there at once.)
static void expect_nothing(int fd) {
  uint8_t buf[600];
  CHECK_INT(mdns_next(fd, 1, buf, sizeof(buf)), -1);
}

#define A_OF(name) name "\5local\0\0\1\0\1"
#define A_REPLY(id, name) \
  MDNS_HEAD(id, "\x84", "\0", "\1") name "\5local\0\0\1\0\1\0\0\0\x78\0\4ADDR"
#define HTTP_TCP "\5_http\4_tcp\5local\0"

int main(void) {
  char name[] = "Dev1";
  struct mg_addr any, local;
  mg_log_set(MG_LL_NONE);
  mdns_own_network();
  mg_mgr_init(&mgr);
  http.srvcproto = mg_str("_http._tcp"), http.txt = mg_str("\5a=b=c");
  CHECK(mg_aton(mg_str("192.0.2.2"), &address));
  struct mg_connection *c = mg_mdns_listen(&mgr, on_event, name);
  CHECK(c != NULL && mgr.mdns == c && c->is_listening && c->is_udp);
  if (c == NULL) return 1;
  CHECK_INT(mg_ntohs(c->loc.port), 5353);
  int peer = mdns_socket(5353), stranger = mdns_socket(0);
  memset(&any, 0, sizeof(any)), memset(&local, 0, sizeof(local));
  any = c->loc;
  void mg_getlocaddr(struct mg_connection *, struct mg_addr *, struct mg_addr *);
  mg_getlocaddr(c, &any, &local);

  // Its own name, in any case, whatever the question count; by multicast with id 0.
  ask(peer, BYTES(MDNS_QUERY("\7") A_OF("\4dEV1")), "1/1 dEV1 answered\n");
  expect(peer, BYTES(A_REPLY("\0", "\4Dev1")), &local);
  ask(stranger, BYTES(MDNS_HEAD("\7", "\0", "\3", "\0") A_OF("\4Dev1")), "1/1 Dev1 answered\n");
  expect(peer, BYTES(A_REPLY("\0", "\4Dev1")), &local);
  // QU: to the asker, with its id.
  ask(stranger, BYTES(MDNS_QUERY("\7") "\4Dev1\5local\0\0\1\x80\1"), "1/1 Dev1 answered unicast\n");
  expect(stranger, BYTES(A_REPLY("\7", "\4Dev1")), &local);
  expect_nothing(peer);
  // Other names, types and classes don't concern it.
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Dev2")), "");
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\5Dev1x")), "");
  ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1\5local\0\0\x1c\0\1"), "");
  ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1\5LOCAL\0\0\1\0\1"), "");
  ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1\5local\0\0\1\0\3"), "");
  ask(peer, BYTES(MDNS_HEAD("\0", "\x10", "\1", "\0") A_OF("\4Dev1")), "");
  expect_nothing(peer);

  plan.declines = true;
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Dev1")), "1/1 Dev1 answered\n");
  expect_nothing(peer);
  plan.declines = false, plan.answers = true, plan.by_name = plan.by_address = true;
  plan.name = "Other";
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Dev1")), "1/1 Dev1 answered\n");
  expect(peer, BYTES(A_REPLY("\0", "\5Other")), &address);
  plan.name = "not.one";
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Dev1")), "1/1 Dev1 answered\n");
  expect_nothing(peer);
  plan.by_name = false;

  // Services.
  plan.record = &http;
  ask(peer, BYTES(MDNS_QUERY("\0") HTTP_TCP "\0\x0c\0\1"), "12/1 _http._tcp\n");
  expect(peer,
         BYTES("\0\0\x84\0\0\0\0\1\0\0\0\3" HTTP_TCP "\0\x0c\0\1\0\0\0\x78\0\7\4Dev1\xc0\x0c"
               "\xc0\x28\0\x21\0\1\0\0\0\x78\0\x0d\0\0\0\0\x1f\x90\4Dev1\xc0\x17"
               "\xc0\x28\0\x10\0\1\0\0\0\x78\0\6\5a=b=c\xc0\x41\0\1\0\1\0\0\0\x78\0\4ADDR"),
         &address);
  ask(peer, BYTES(MDNS_QUERY("\0") "\4dev1" HTTP_TCP "\0\x10\0\xff"), "16/255 _http._tcp\n");
  expect(peer, BYTES(MDNS_RESPONSE "\4dev1" HTTP_TCP "\0\x10\0\1\0\0\0\x78\0\6\5a=b=c"), NULL);
  ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1" HTTP_TCP "\0\x21\0\1"), "33/1 _http._tcp\n");
  expect(peer,
         BYTES("\0\0\x84\0\0\0\0\1\0\0\0\1\4Dev1" HTTP_TCP
               "\0\x21\0\1\0\0\0\x78\0\x0d\0\0\0\0\x1f\x90\4Dev1\xc0\x1c"
               "\xc0\x33\0\1\0\1\0\0\0\x78\0\4ADDR"),
         &address);
  // Several questions in one packet, the second and third with compressed names.
  ask(peer,
      BYTES(MDNS_HEAD("\0", "\0", "\3", "\0") "\4Dev1" HTTP_TCP
                                              "\0\x1c\0\1\xc0\x0c\0\x10\0\1\4dev1\xc0\x1c\0\1\0\1"),
      "16/1 _http._tcp\n1/1 dev1 answered\n");
  expect(peer, BYTES(MDNS_RESPONSE "\4Dev1" HTTP_TCP "\0\x10\0\1\0\0\0\x78\0\6\5a=b=c"), NULL);
  expect(peer, BYTES(A_REPLY("\0", "\4Dev1")), &address);
  ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev2" HTTP_TCP "\0\x21\0\1"), "");
  ask(peer, BYTES(MDNS_QUERY("\0") "\x09_services\x07_dns-sd\4_udp\5local\0\0\x0c\0\1"),
      "12/1 _services._dns-sd._udp listing\n");
  plan.answers = false;
  ask(peer, BYTES(MDNS_QUERY("\0") HTTP_TCP "\0\x0c\0\1"), "12/1 _http._tcp\n");
  plan.answers = true;
  // No service, and services that are none.
  static const char *const bad[] = {NULL, "", "_tcp", "._tcp", "_http_tcp", "_a._http._tcp"};
  for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct mg_dnssd_record broken = http;
    broken.srvcproto = mg_str(bad[i]);
    plan.record = bad[i] == NULL ? NULL : &broken;
    ask(peer, BYTES(MDNS_QUERY("\0") HTTP_TCP "\0\x0c\0\1"), "12/1 _http._tcp\n");
    ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1" HTTP_TCP "\0\x21\0\1"), "33/1 _http._tcp\n");
    ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1" HTTP_TCP "\0\x10\0\1"), "16/1 _http._tcp\n");
  }
  expect_nothing(peer);

  // Without a name every question for an address is shown, and needs one.
  memset(&plan, 0, sizeof(plan));
  c->fn_data = NULL;
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Any1")), "1/1 Any1\n");
  plan.answers = true;
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Any1")), "1/1 Any1\n");
  ask(peer, BYTES(MDNS_QUERY("\0") "\4Dev1" HTTP_TCP "\0\x21\0\1"), "33/1 Dev1._http._tcp\n");
  expect_nothing(peer);
  plan.by_name = true, plan.name = "Any1";
  ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Any1")), "1/1 Any1\n");
  expect(peer, BYTES(A_REPLY("\0", "\4Any1")), &local);

  // Nothing that comes in ends the listener, and answers are rationed.
  mdns_multicast(peer, "", 0);
  mdns_multicast(peer, BYTES(MDNS_QUERY("\0") "\x3f"));
  writes = 0;
  for (int i = 0; i < 150; i++) {
    ask(peer, BYTES(MDNS_QUERY("\0") A_OF("\4Any1")), "1/1 Any1\n");
  }
  CHECK(writes >= 20 && writes < 140);
  CHECK(mgr.mdns == c);

  // A program without handler is answered for.
  c->fn = NULL, c->fn_data = name;
  mg_mgr_free(&mgr);
  CHECK_PTR(mgr.mdns, NULL);
  close(peer);
  close(stranger);
  return test_result();
}
