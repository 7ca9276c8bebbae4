// Files in the test's own directory (TEST_DIR), and a server for them.
#ifndef FILES_DIR_H
#define FILES_DIR_H

#include <sys/stat.h>

#include "http_peer.h"

// Path of a name in the test's directory, good for four more calls.
static inline const char *files_path(const char *name) {
  static char paths[4][1000];
  static int next;
  char *path = paths[next++ % 4];
  mg_snprintf(path, sizeof(paths[0]), "%s%s%s", getenv("TEST_DIR"), *name == '\0' ? "" : "/", name);
  return path;
}

static inline void files_make_n(const char *name, const void *data, size_t len) {
  FILE *f = fopen(files_path(name), "wb");
  if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0) {
    perror(name);
    exit(1);
  }
}

static inline void files_make(const char *name, const char *text) {
  files_make_n(name, text, strlen(text));
}

static inline void files_make_dir(const char *name) {
  if (mkdir(files_path(name), 0777) != 0) {
    perror(name);
    exit(1);
  }
}

// Content of a file, NUL-terminated; "(none)" if there is no such file. Good until the next call.
static inline const char *files_content(const char *name) {
  static char *text;
  size_t size = 0, n;
  free(text);
  text = NULL;
  FILE *f = fopen(files_path(name), "rb");
  if (f == NULL) return "(none)";
  do {
    text = (char *)realloc(text, size + 65537);
    n = fread(text + size, 1, 65536, f);
    size += n;
  } while (n > 0);
  text[size] = '\0';
  fclose(f);
  return text;
}

static inline bool files_exists(const char *name) {
  struct stat st;
  return lstat(files_path(name), &st) == 0;
}

// Handler that serves files by the options in fn_data; the root defaults to the test's directory.
static inline void files_serve(struct mg_connection *c, int ev, void *ev_data) {
  if (ev != MG_EV_HTTP_MSG) return;
  struct mg_http_serve_opts opts = *(const struct mg_http_serve_opts *)c->fn_data;
  if (opts.root_dir == NULL) opts.root_dir = getenv("TEST_DIR");
  mg_http_serve_dir(c, (struct mg_http_message *)ev_data, &opts);
}

// Open descriptors of this process.
static inline int files_open_count(void) {
  int n = 0;
  for (int fd = 0; fd < 256; fd++) n += fcntl(fd, F_GETFD) != -1;
  return n;
}

#endif  // FILES_DIR_H
