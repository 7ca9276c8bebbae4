// Options of file serving (chapter 08): follow_symlinks, hide_files_patterns, document_root,
// index_files, enable_directory_listing, error_pages.
#include "files_dir.h"
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static struct mg_http_serve_opts opts;

static void serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev == MG_EV_HTTP_MSG) mg_http_serve_dir(c, (struct mg_http_message *)ev_data, &opts);
}

static const char *get(const char *uri) {
  char request[300];
  snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", uri);
  return ask(&mgr, l, request);
}

static void check_status(const char *uri, int status) {
  test_check_int(__FILE__, __LINE__, uri, status_in(get(uri)), status);
}

static void make_link(const char *to, const char *name) {
  CHECK_INT(symlink(to, files_path(name)), 0);
}

static void plant(void) {
  static const char *const dirs[] = {"root", "root/sub", "root/.git", "root/list", "pages"};
  for (size_t i = 0; i < 5; i++) files_make_dir(dirs[i]);
  files_make("secret", "secret");
  files_make("secret.gz", "secret");
  files_make("root/a.txt", "a");
  files_make("root/sub/index.html", "html");
  files_make("root/sub/first.htm", "first");
  files_make("root/.htpasswd", "hidden");
  files_make("root/.git/config", "hidden");
  files_make("root/list/x.bak", "backup");
  files_make("root/list/x.txt", "x");
  files_make("root/list/.htpasswd", "hidden");
  files_make("root/page.shtml", "[<!--#include file=\"out\" -->]");
  files_make("pages/404.html", "<p>lost</p>");
  files_make("pages/40x.html", "<p>forty</p>");
  make_link("a.txt", "root/inner");
  make_link("../secret", "root/out");
  make_link("../secret.gz", "root/zipped.gz");
  make_link("../pages", "root/dir-out");
  make_link(files_path("root/a.txt"), "root/absolute");
  make_link(files_path("secret"), "root/list/out");
  make_link("root", "door");
}

static void links(void) {
  static const struct {
    const char *uri;
    int inside, no, yes;
  } rows[] = {
      {"/a.txt", 200, 200, 200},
      {"/inner", 200, 404, 200},
      {"/absolute", 200, 404, 200},
      {"/out", 404, 404, 200},
      {"/dir-out", 404, 404, 301},
      {"/dir-out/", 404, 404, 200},
      {"/zipped", 404, 404, 404},
      {"/list/out", 404, 404, 200},
      {"/dir-out/404.html", 404, 404, 200},
      {"/sub/", 200, 200, 200},
  };
  static const char *const roots[] = {"root", "door"};
  for (int r = 0; r < 2; r++) {
    opts.root_dir = files_path(roots[r]);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
      set_option(&mgr, "follow_symlinks", NULL);
      check_status(rows[i].uri, rows[i].inside);
      set_option(&mgr, "follow_symlinks", "no");
      check_status(rows[i].uri, rows[i].no);
      set_option(&mgr, "follow_symlinks", "yes");
      check_status(rows[i].uri, rows[i].yes);
    }
    set_option(&mgr, "follow_symlinks", NULL);
  }
  CHECK(strstr(get("/list/"), ">out<") == NULL);
  opts.ssi_pattern = "#.shtml";
  CHECK_TEXT(body_in(get("/page.shtml")), "[]");
  opts.ssi_pattern = NULL;
  check_refused(&mgr, "follow_symlinks", "maybe");
}

static void hidden(void) {
  static const char *const uris[] = {"/.htpasswd",     "/.git",         "/.git/",
                                     "/.git/config",   "/.git//config", "/%2ehtpasswd",
                                     "/list/.htpasswd"};
  const char *page;
  for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
    CHECK_TEXT(body_in(get(uris[i])), "Not found\n");
  }
  page = get("/list/");
  CHECK(strstr(page, ".htpasswd") == NULL && strstr(page, ">x.bak<") != NULL);
  set_option(&mgr, "hide_files_patterns", "*.bak, /sub");
  page = get("/list/");
  CHECK(strstr(page, ".htpasswd") != NULL && strstr(page, ">x.bak<") == NULL);
  check_status("/list/x.bak", 404);
  check_status("/sub/index.html", 404);
  check_status("//sub/./index.html", 404);
  check_status("/.htpasswd", 200);
  set_option(&mgr, "hide_files_patterns", "");
  check_status("/list/x.bak", 200);
  set_option(&mgr, "hide_files_patterns", NULL);
}

static void root_and_index(void) {
  CHECK_TEXT(body_in(get("/sub/")), "html");
  set_option(&mgr, "index_files", "none.html,first.htm,index.html");
  CHECK_TEXT(body_in(get("/sub/")), "first");
  set_option(&mgr, "index_files", NULL);
  opts.root_dir = NULL;
  check_status("/a.txt", 404);
  set_option(&mgr, "document_root", files_path("root"));
  CHECK_TEXT(body_in(get("/a.txt")), "a");
  check_status("/out", 404);
  opts.root_dir = "";
  check_status("/a.txt", 404);
  opts.root_dir = files_path("root");
  set_option(&mgr, "document_root", NULL);
}

static void listing_and_pages(void) {
  check_status("/list/", 200);
  set_option(&mgr, "enable_directory_listing", "no");
  CHECK_TEXT(body_in(get("/list/")), "Forbidden\n");
  set_option(&mgr, "error_pages", files_path("pages"));
  CHECK_TEXT(body_in(get("/list/")), "<p>forty</p>");
  CHECK_TEXT(body_in(get("/none")), "<p>lost</p>");
  check_status("/none", 404);
  CHECK_TEXT(body_in(get("/.htpasswd")), "<p>lost</p>");
  set_option(&mgr, "error_pages", NULL);
  set_option(&mgr, "enable_directory_listing", NULL);
}

int main(void) {
  char door[1000];
  plant();
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, serve);
  links();
  snprintf(door, sizeof(door), "%s", files_path("door"));
  opts.root_dir = door;
  hidden();
  root_and_index();
  listing_and_pages();
  mg_mgr_free(&mgr);
  return test_result();
}
