// Chapter 06, checklist 35 to 39, 42 and 43, section 9, 24 to 29, 31 and 32: files of a dashboard.
#include "dash.h"
#include "files_dir.h"

static char name[64], long_name[300];
static uint64_t size;
static int idx = -1, long_idx = -1, asked;
static struct mg_field fields[] = {{"name", MG_VAL_STR, name, sizeof(name)},
                                   {"size", MG_VAL_UINT64, &size, sizeof(size)},
                                   {NULL, MG_VAL_INT, NULL, 0}};
static struct mg_field long_fields[] = {{"name", MG_VAL_STR, long_name, sizeof(long_name)},
                                        {NULL, MG_VAL_INT, NULL, 0}};
static const char *directory = "";

static bool get_dir(const struct mg_dash_user *u, char *buf, size_t len) {
  CHECK_TEXT(u->name, "guest");
  mg_snprintf(buf, len, "%s", files_path(directory));
  return true;
}

static struct mg_field_set set;

static bool on_set(enum mg_dash_op op, struct mg_dash_user *u) {
  if (op == MG_DASH_READ) return mg_dash_dir_read(&set, u);
  asked++;
  return strcmp(name, "refused") != 0;
}

static struct mg_field_set set = {"up", fields, on_set, &idx, get_dir, NULL};
static struct mg_field_set plain = {"plain", long_fields, NULL, &long_idx, get_dir, NULL};

// A file system that lists directories slowly, and knows it.
static struct mg_fs counting;
static int listed, opened;

static void count_ls(const char *path, void (*fn)(const char *, void *), void *arg) {
  listed++;
  mg_fs_posix.ls(path, fn, arg);
}

static void *count_open(const char *path, int flags) {
  if (flags == MG_FS_READ) opened++;
  return mg_fs_posix.op(path, flags);
}

static struct answer put(struct mg_connection *l, const char *uri, const char *body) {
  return dash_ask(l, "PUT %s HTTP/1.1\r\nContent-Length: %u\r\n\r\n%s", uri, (unsigned)strlen(body),
                  body);
}

int main(void) {
  struct mg_dash dash;
  char text[300], want[400];
  memset(&dash, 0, sizeof(dash));
  MG_DASH_ADD_FIELD_SET(&dash, &set);
  MG_DASH_ADD_FIELD_SET(&dash, &plain);
  struct mg_connection *l = peer_serve(mg_dash_ev_handler, &dash);

  // 24, 39, 42: names of any length, with and without a callback, listed once per request.
  files_make_dir("long");
  memset(text, 'n', 205);
  strcpy(text, "long/");
  text[5] = 'n';
  text[205] = '\0';
  files_make(text, "12345");
  directory = "long";
  CHECK_ANSWER(dash_ask(l, "GET /api/get HTTP/1.1"), 200, "{\"plain\":1,\"up\":1}\n");
  mg_snprintf(want, sizeof(want), "[{\"name\":\"%s\"}]\n", text + 5);
  CHECK_ANSWER(dash_ask(l, "GET /api/get/plain/0/99 HTTP/1.1"), 200, want);
  mg_snprintf(want, sizeof(want), "[{\"name\":\"%.63s\",\"size\":5}]\n", text + 5);
  CHECK_ANSWER(dash_ask(l, "GET /api/get/up/0 HTTP/1.1"), 200, want);
  CHECK_ANSWER(dash_ask(l, "GET /api/get/up/1 HTTP/1.1"), 200, "[]\n");
  for (int i = 0; i < 50; i++) {
    mg_snprintf(text, sizeof(text), "long/%d", i);
    files_make(text, "");
  }
  counting = mg_fs_posix;
  counting.ls = count_ls;
  counting.op = count_open;
  dash.upload_fs = &counting;
  struct answer a = dash_ask(l, "GET /api/get/up/0/99 HTTP/1.1");
  int n = 0;
  for (const char *s = a.body; (s = strstr(s, "\"name\"")) != NULL; s++) n++;
  CHECK_INT(n, 51);
  CHECK(listed > 0 && listed <= 3);

  // 32: downloads come from upload_fs.
  files_make_dir("up");
  directory = "up";
  files_make("up/seed.txt", "seed");
  CHECK_ANSWER(dash_ask(l, "GET /fs/up/seed.txt HTTP/1.1"), 200, "seed");
  CHECK_INT(opened, 1);
  dash.upload_fs = NULL;

  // 35, 31: the callback sees the decoded name.
  CHECK_ANSWER(put(l, "/fs/up/a%20b%2Bc", "content"), 200, "ok\n");
  CHECK_TEXT(files_content("up/a b+c"), "content");
  CHECK_TEXT(name, "a b+c");
  CHECK_INT(asked, 1);
  CHECK_ANSWER(put(l, "/fs/up/refused", "content"), 403, "Not Authorised\n");
  CHECK(!files_exists("up/refused"));

  // 25, 26, 36: names that are none do not reach the callback.
  static const char *const bad[] = {"",       ".",     "..",     "%2e%2e",
                                    "..%2fx", "a%2Fb", "%2Fetc", "a%5Cb",
                                    "a%00b",  "%00",   "%zz",    "%2e%2e%2fseed.txt",
                                    NULL};
  asked = 0;
  for (int i = 0; bad[i] != NULL; i++) {
    mg_snprintf(text, sizeof(text), "/fs/up/%s", bad[i]);
    CHECK_ANSWER(put(l, text, "x"), 400, "Bad file name\n");
    CHECK_ANSWER(dash_ask(l, "GET %s HTTP/1.1", text), 400, "Bad file name\n");
    CHECK_ANSWER(dash_ask(l, "DELETE %s HTTP/1.1", text), 400, "Bad file name\n");
  }
  CHECK_INT(asked, 0);

  // 37, 38
  CHECK_ANSWER(dash_ask(l, "DELETE /fs/up/a%%20b%%2Bc HTTP/1.1"), 200, "true");
  CHECK(!files_exists("up/a b+c"));
  CHECK_TEXT(name, "a b+c");
  CHECK_ANSWER(dash_ask(l, "DELETE /fs/up/refused HTTP/1.1"), 403, "Not Authorised\n");
  CHECK_ANSWER(dash_ask(l, "GET /fs/none/x HTTP/1.1"), 404, "Not Found");
  CHECK_ANSWER(put(l, "/fs/none/x", "x"), 404, "Not Found\n");

  // 28, 43: nothing to wait for.
  CHECK_ANSWER(put(l, "/fs/up/empty", ""), 200, "ok\n");
  CHECK_TEXT(files_content("up/empty"), "");
  CHECK_ANSWER(dash_ask(l, "PUT /fs/up/none HTTP/1.1"), 200, "ok\n");
  CHECK_ANSWER(dash_ask(l, "POST /api/ota HTTP/1.1\r\nContent-Length: 0"), 200, "ok\n");
  CHECK_ANSWER(dash_ask(l, "GET /api/ota HTTP/1.1"), 405, "Method Not Allowed\n");

  // 27: one answer, then the end.
  struct peer p;
  files_make_dir("up/folder");
  peer_open(&p, l);
  peer_say(&p, "PUT /fs/up/folder HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(peer_wait_closed(&p));
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 500);
  CHECK_BODY(a, "open failed\n");
  CHECK_INT(p.len, a.head_len + a.body_len);
  peer_close(&p);

  // 29: what follows the body is not part of it.
  peer_open(&p, l);
  peer_say(&p,
           "PUT /fs/up/cut HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /api/hi HTTP/1.1\r\n\r\n");
  CHECK(peer_wait_closed(&p));
  CHECK_ANSWER(peer_answer(&p, true), 200, "ok\n");
  CHECK_TEXT(files_content("up/cut"), "abc");
  peer_close(&p);

  // An early answer leaves the connection usable.
  peer_open(&p, l);
  peer_say(&p, "PUT /fs/up/.. HTTP/1.1\r\nContent-Length: 3\r\n\r\n");
  a = peer_answer(&p, true);
  CHECK_INT(a.status, 400);
  peer_drop(&p, a.head_len + a.body_len);
  peer_say(&p, "abcGET /api/hi HTTP/1.1\r\n\r\n");
  CHECK_ANSWER(peer_answer(&p, true), 200, "hi\n");
  peer_close(&p);

  peer_end();
  return test_result();
}
