// Out of memory is an ordinary error: allocation number 1, 2, 3 and so on of a session fails, until
// one goes through. Nothing crashes, and every block comes back.
// History: f015a868 | each allocation of a session fails once
#include "no_memory.h"

static struct { bool wakeup, timer, reply, file, udp; } done;

static void on_server(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_WAKEUP) done.wakeup = true;
  if (ev != MG_EV_HTTP_MSG) return;
  if (mg_match(hm->uri, mg_str("/api"), NULL)) {
    char *name = mg_json_get_str(hm->body, "$.name");
    mg_http_reply(c, 200, "A: b\r\n", "{%m:%m}", MG_ESC("hello"), MG_ESC(name ? name : "?"));
    mg_free(name);
  } else {
    struct mg_http_serve_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = getenv("TEST_DIR");
    mg_http_serve_dir(c, hm, &opts);
  }
}

static void on_client(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_CONNECT) {
    mg_printf(c, "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\n{\"name\":\"bob\"}");
  } else if (ev == MG_EV_HTTP_MSG && !done.reply) {
    done.reply = mg_json_get(hm->body, "$.hello", NULL) > 0;
    mg_printf(c, "GET /file.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  } else if (ev == MG_EV_HTTP_MSG) {
    done.file = hm->body.len == 100000;
    c->is_draining = 1;
  }
}

static void on_udp(struct mg_connection *c, int ev, void *ev_data) {
  (void)ev_data;
  if (ev == MG_EV_READ && c->is_listening) mg_send(c, c->recv.buf, c->recv.len);
  if (ev == MG_EV_READ && !c->is_listening) done.udp = true;
  if (ev == MG_EV_CONNECT) mg_send(c, "ping", 4);
}

static void on_timer(void *arg) {
  *(bool *)arg = true;
}

static bool texts(void) {
  static const char encoded[] = "{\"b\":\"aGVsbG8=\",\"h\":\"68656c6c6f\"}";
  struct mg_str json = mg_str(encoded);
  struct mg_str copy = mg_strdup(json);
  struct mg_iobuf io = {NULL, 0, 0, 16};
  char *printed = mg_mprintf("%s %d %m", "text", 42, MG_ESC("esc\"aped"));
  char *b64 = mg_json_get_b64(json, "$.b", NULL), *hex = mg_json_get_hex(json, "$.h", NULL);
  struct mg_str file;
  char path[300];
  bool ok = copy.buf != NULL && b64 != NULL && hex != NULL && printed != NULL;
  mg_snprintf(path, sizeof(path), "%s/file.txt", getenv("TEST_DIR"));
  file = mg_file_read(&mg_fs_posix, path);
  ok = ok && file.len == 100000;
  mg_xprintf(mg_pfn_iobuf, &io, "%s %100d", "into a buffer", 1);
  mg_free(copy.buf), mg_free(printed), mg_free(b64), mg_free(hex), mg_free(file.buf);
  mg_iobuf_free(&io);
  return ok;
}

static bool session(void) {
  struct mg_mgr mgr;
  struct mg_connection *http, *udp;
  bool ok;
  memset(&done, 0, sizeof(done));
  mg_mgr_init(&mgr);
  http = mg_http_listen(&mgr, "http://127.0.0.1:0", on_server, NULL);
  if (http != NULL) mg_http_connect(&mgr, url_to("http", http), on_client, NULL);
  udp = mg_listen(&mgr, "udp://127.0.0.1:0", on_udp, NULL);
  if (udp != NULL) mg_connect(&mgr, url_to("udp", udp), on_udp, NULL);
  mg_timer_add(&mgr, 0, MG_TIMER_ONCE, on_timer, &done.timer);
  if (mg_wakeup_init(&mgr) && http != NULL) mg_wakeup(&mgr, http->id, "hello", 5);
  ok = texts();
  for (int i = 0; i < (failing_call == 0 ? 5000 : 40); i++) {
    if (done.file && done.timer && done.wakeup && done.udp) break;
    mg_mgr_poll(&mgr, 1);
  }
  mg_mgr_free(&mgr);
  return ok && done.reply && done.file && done.timer && done.wakeup && done.udp;
}

int main(void) {
  char path[300];
  FILE *fp;
  mg_log_set(MG_LL_NONE);
  snprintf(path, sizeof(path), "%s/file.txt", getenv("TEST_DIR"));
  fp = fopen(path, "w");
  CHECK(fp != NULL);
  for (int i = 0; fp != NULL && i < 100000; i++) fputc('x', fp);
  if (fp != NULL) fclose(fp);
  sweep("session", session, 20);
  return test_result();
}
