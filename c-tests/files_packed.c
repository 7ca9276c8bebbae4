// Chapter 03, 52: files packed into the program; section 3.12, 48.
// History: 00c8f8ac | unknown names give nothing
#include "files_dir.h"

static const struct mg_mem_file files[] = {
    {"/site/index.html", (const unsigned char *)"<p>home</p>", 11, 1000},
    {"/site/d/a.txt", (const unsigned char *)"0123456789", 10, 2000},
    {"/site/d/b.css.gz", (const unsigned char *)"zip", 3, 3000},
    {"/site/d/e/deep.txt", (const unsigned char *)"deep", 4, 4000},
    {"/top.txt", (const unsigned char *)"top", 3, 5000},
    {NULL, NULL, 0, 0},
};

static struct mg_http_serve_opts opts;
static struct mg_connection *listener;

static struct answer get(struct peer *p, const char *uri, const char *headers) {
  char request[300];
  mg_snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n%s\r\n", uri, headers);
  return peer_ask(p, listener, request);
}

static void served(void) {
  static const struct {
    const char *uri, *headers;
    int status;
    const char *body;
  } rows[] = {
      {"/", "", 200, "<p>home</p>"},
      {"/d/a.txt", "", 200, "0123456789"},
      {"/d/a.txt", "Range: bytes=3-4\r\n", 206, "34"},
      {"/d/a.txt", "If-None-Match: \"2000.10\"\r\n", 304, ""},
      {"/d/b.css", "Accept-Encoding: gzip\r\n", 200, "zip"},
      {"/d/e/deep.txt", "", 200, "deep"},
      {"/d", "", 301, ""},
      {"/d/e", "", 301, ""},
      {"/none", "", 404, "Not found\n"},
      {"/d/a", "", 404, "Not found\n"},
      {"/../top.txt", "", 400, "Invalid path"},
  };
  struct peer p;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct answer a = get(&p, rows[i].uri, rows[i].headers);
    test_check_int(__FILE__, __LINE__, rows[i].uri, a.status, rows[i].status);
    test_check_bytes(__FILE__, __LINE__, rows[i].uri, a.body, a.body_len, rows[i].body,
                     strlen(rows[i].body));
    peer_close(&p);
  }
  struct answer a = get(&p, "/d/", "");
  CHECK_INT(a.status, 200);
  CHECK(strstr(p.buf, ">Index of /d/<") != NULL);
  CHECK(
      strstr(p.buf, "<a href=\"a.txt\">a.txt</a></td><td name=2000>2000</td><td name=10>10</td>"));
  CHECK(strstr(p.buf, "<a href=\"e/\">e/</a>") != NULL);
  peer_close(&p);
}

static char names[300];

static void collect(const char *name, void *param) {
  size_t used = strlen(names);
  CHECK_PTR(param, &opts);
  mg_snprintf(names + used, sizeof(names) - used, "%s ", name);
}

static const char *list(const char *dir) {
  names[0] = '\0';
  mg_fs_packed.ls(dir, collect, &opts);
  return names;
}

static void members(void) {
  const struct mg_fs *fs = &mg_fs_packed;
  size_t size = 77;
  time_t mtime = 77;
  CHECK_INT(fs->st("/site/d/a.txt", &size, &mtime), MG_FS_READ);
  CHECK(size == 10 && mtime == 2000);
  CHECK_INT(fs->st("/site/d/a.txt", NULL, NULL), MG_FS_READ);
  static const char *const dirs[] = {"/site", "/site/", "/site/d", "/", ""};
  for (size_t i = 0; i < 5; i++) CHECK_INT(fs->st(dirs[i], NULL, NULL), MG_FS_DIR);
  CHECK_INT(fs->st("/sit", NULL, NULL), 0);
  CHECK_INT(fs->st("/site/d/a.txt/x", NULL, NULL), 0);

  CHECK_TEXT(list("/site/d"), "a.txt b.css.gz e ");
  CHECK_TEXT(list("/site/d/"), "a.txt b.css.gz e ");
  CHECK_TEXT(list("/"), "site top.txt ");
  CHECK_TEXT(list(""), "site top.txt ");
  CHECK_TEXT(list("/none"), "");

  char buf[20] = "";
  CHECK(fs->op("/none", MG_FS_READ) == NULL);
  CHECK(fs->op("/site/d", MG_FS_READ) == NULL);
  CHECK(fs->op("/top.txt", MG_FS_WRITE) == NULL);
  void *fd = fs->op("/site/d/a.txt", MG_FS_READ);
  CHECK_INT(fs->rd(fd, buf, 4), 4);
  CHECK_INT(fs->sk(fd, 8), 8);
  CHECK_INT(fs->rd(fd, buf, 10), 2);
  CHECK_BYTES(buf, 2, "89", 2);
  CHECK_INT(fs->rd(fd, buf, 10), 0);
  CHECK_INT(fs->sk(fd, 99), 10);
  CHECK_INT(fs->wr(fd, "x", 1), 0);
  fs->cl(fd);
  fs->cl(NULL);
  CHECK(!fs->mv("/top.txt", "/x") && !fs->rm("/top.txt") && !fs->mkd("/x"));

  CHECK_STR(mg_unpacked("/top.txt"), "top");
  CHECK_PTR(mg_unpacked("/top.txt").buf, files[4].data);
  CHECK(mg_unpacked("/none").buf == NULL);
  CHECK(mg_unpacked("").buf == NULL);
  struct mg_str s = mg_file_read(&mg_fs_packed, "/top.txt");
  CHECK_STR(s, "top");
  mg_free(s.buf);
}

int main(void) {
  CHECK(mg_mem_files == NULL);
  CHECK(mg_unpacked("/top.txt").buf == NULL);
  CHECK_INT(mg_fs_packed.st("/", NULL, NULL), 0);
  mg_mem_files = files;
  opts.root_dir = "/site";
  opts.fs = &mg_fs_packed;
  listener = peer_serve(files_serve, &opts);
  members();
  served();
  peer_end();
  return test_result();
}
