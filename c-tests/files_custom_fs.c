// Chapter 03, 3.9: a file system of the program: what is called, and that every file is closed once.
#include "files_dir.h"

enum { SIZE = 100000 };
static int opened, closed, sought;
static char handle[8][16];

static int my_st(const char *path, size_t *size, time_t *mtime) {
  if (strcmp(path, "/mem/gen.txt") == 0 || strcmp(path, "/mem/short.txt") == 0) {
    if (size != NULL) *size = SIZE;
    if (mtime != NULL) *mtime = 7;
    return MG_FS_READ;
  }
  return strcmp(path, "/mem") == 0 ? MG_FS_DIR : 0;
}
static void my_ls(const char *dir, void (*fn)(const char *, void *), void *arg) {
  if (strcmp(dir, "/mem") == 0) fn("gen.txt", arg);
  fn("gone.txt", arg);
}
static void *my_op(const char *path, int flags) {
  CHECK_INT(flags, MG_FS_READ);
  if (my_st(path, NULL, NULL) != MG_FS_READ) return NULL;
  size_t *position = (size_t *)(void *)handle[opened++ % 8];
  position[0] = 0;
  position[1] = strcmp(path, "/mem/short.txt") == 0 ? 50000 : SIZE;
  return position;
}
static void my_cl(void *fd) {
  CHECK(fd != NULL);
  closed++;
}
static size_t my_rd(void *fd, void *buf, size_t len) {
  size_t *position = (size_t *)fd;
  size_t left = position[1] > position[0] ? position[1] - position[0] : 0;
  if (len > left) len = left;
  for (size_t i = 0; i < len; i++) ((char *)buf)[i] = (char)('a' + (position[0] + i) % 26);
  position[0] += len;
  return len;
}
static size_t my_wr(void *fd, const void *buf, size_t len) {
  (void)fd, (void)buf, (void)len;
  return 0;
}
static size_t my_sk(void *fd, size_t offset) {
  sought++;
  return *(size_t *)fd = offset;
}
static bool my_mv(const char *from, const char *to) {
  (void)from, (void)to;
  return false;
}
static bool my_rm(const char *path) {
  (void)path;
  return false;
}

int main(void) {
  static struct mg_fs fs = {my_st, my_ls, my_op, my_cl, my_rd, my_wr, my_sk, my_mv, my_rm, my_rm};
  static struct mg_http_serve_opts opts;
  struct peer p;
  opts.root_dir = "/mem";
  opts.fs = &fs;
  struct mg_connection *listener = peer_serve(files_serve, &opts);
  struct answer a = peer_ask(&p, listener, "GET /gen.txt HTTP/1.1\r\n\r\n");
  CHECK_LINE(a, "Etag: \"7.100000\"");
  CHECK_INT(a.body_len, SIZE);
  for (size_t i = 0; i < a.body_len; i += 997) CHECK_INT(a.body[i], 'a' + (int)(i % 26));
  peer_close(&p);
  CHECK_INT(closed, opened);
  CHECK(opened > 0);

  a = peer_ask(&p, listener, "GET /gen.txt HTTP/1.1\r\nRange: bytes=27-28\r\n\r\n");
  CHECK_BODY(a, "bc");
  CHECK_INT(sought, 1);
  peer_close(&p);
  a = peer_ask(&p, listener, "HEAD /gen.txt HTTP/1.1\r\n\r\n");
  CHECK_INT(a.status, 200);
  peer_close(&p);
  a = peer_ask(&p, listener, "GET /gen.txt HTTP/1.1\r\nIf-None-Match: \"7.100000\"\r\n\r\n");
  CHECK_INT(a.status, 304);
  peer_close(&p);
  a = peer_ask(&p, listener, "GET /gen.txt HTTP/1.1\r\nRange: bytes=900000-\r\n\r\n");
  CHECK_INT(a.status, 416);
  peer_close(&p);
  a = peer_ask(&p, listener, "GET / HTTP/1.1\r\n\r\n");
  CHECK(strstr(p.buf, ">gen.txt</a>") != NULL && strstr(p.buf, "gone.txt") == NULL);
  peer_close(&p);
  peer_settle(NULL);
  CHECK_INT(closed, opened);

  // Shorter than announced: the connection closes (section 3.12, 37).
  peer_open(&p, listener);
  peer_say(&p, "GET /short.txt HTTP/1.1\r\n\r\nGET /gen.txt HTTP/1.1\r\n\r\n");
  CHECK(peer_wait_closed(&p));
  a = peer_answer(&p, true);
  CHECK_INT(a.body_len, 50000);
  peer_close(&p);

  // The peer leaves in the middle.
  peer_open(&p, listener);
  peer_say(&p, "GET /gen.txt HTTP/1.1\r\n\r\n");
  peer_wait(&p, 1);
  peer_close(&p);
  peer_settle(NULL);
  CHECK_INT(closed, opened);
  peer_end();
  CHECK_INT(closed, opened);
  return test_result();
}
