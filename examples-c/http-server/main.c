// A small web server: files, uploads of any size with their progress, and one JSON call.
//
//   http-server [-l URL] [-d DIRECTORY] [-u UPLOAD_DIRECTORY] [-C CERT -K KEY [-A CA]] [-v LEVEL]
//
//   -l URL                http://0.0.0.0:8000
//   -d DIRECTORY          what is served: the current one
//   -u UPLOAD_DIRECTORY   where uploads go, an existing directory; without it there are none
//   -C, -K, -A            PEM files, if URL begins with https: the certificate, its key, and the
//                         authority of the certificates that clients must have, if they must
//
//   GET  /...                 files of DIRECTORY, directories without index.html are listed
//   POST /upload?file=NAME    stores the body as NAME once all of it is there
//   POST /upload              a form with files, 3 MB in all
//   GET  /uploads/NAME        what was stored
//   GET  /api/uploads         {"files": [{"name", "size"}, ...],
//                              "running": [{"name", "stored", "size"}, ...]}
//   GET  /api/hello?name=     {"hello": NAME, ...}
#include <signal.h>

#include "mongoose.h"

struct settings {
  const char *url;
  const char *directory;
  const char *upload_directory;  // NULL: no uploads
  struct upload *running;
  struct mg_tls_opts tls;
};

// A body on its way to the disk: collected in another file until all of it is there.
struct upload {
  struct upload *next;
  struct settings *settings;
  size_t size;  // of all of it
  char name[100];
  char partial[MG_PATH_MAX];
  char final[MG_PATH_MAX];
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

// Writes where an upload called `name` is stored; false if the name is no plain file name.
static bool upload_path(const struct settings *settings, struct mg_str name, char *path,
                        size_t size) {
  if (name.len == 0 || name.buf[0] == '.' || !mg_path_is_sane(name)) return false;
  if (memchr(name.buf, '/', name.len) != NULL) return false;
  return mg_snprintf(path, size, "%s/%.*s", settings->upload_directory, (int)name.len, name.buf) <
         size;
}

static void reply_text(struct mg_connection *c, int status, const char *text) {
  mg_http_reply(c, status, "Content-Type: text/plain\r\n", "%s\n", text);
}

// Answers, and ends the connection: what is left of the body is of no interest.
static void finish(struct mg_connection *c, int status, const char *text) {
  reply_text(c, status, text);
  c->is_draining = 1;
}

// Called once when an upload ends, or breaks off; `error` is NULL if all of it is there.
static void on_uploaded(struct mg_connection *c, const char *error) {
  struct upload *upload = (struct upload *)c->fn_data;
  if (error == NULL && !mg_fs_posix.mv(upload->partial, upload->final)) error = "name is taken";
  if (error != NULL) mg_fs_posix.rm(upload->partial);
  finish(c, error == NULL ? 200 : 500, error == NULL ? "stored" : error);
  c->fn_data = upload->settings;
  LIST_DELETE(struct upload, &upload->settings->running, upload);
  mg_free(upload);
}

// Stores a body as it arrives. From now on, only on_uploaded() hears of this connection.
static void store_body(struct mg_connection *c, struct mg_http_message *hm, struct upload *upload) {
  char partial[150];
  mg_snprintf(partial, sizeof(partial), ".%s.%lu.part", upload->name, c->id);
  mg_snprintf(upload->partial, sizeof(upload->partial), "%s/%s", upload->settings->upload_directory,
              partial);
  mg_fs_posix.rm(upload->partial);  // left behind by an earlier run: it would be appended to
  upload->size = hm->body.len;
  LIST_ADD_HEAD(struct upload, &upload->settings->running, upload);
  c->fn_data = upload;
  mg_http_start_upload(c, hm, mg_str(partial), mg_str(upload->settings->upload_directory),
                       &mg_fs_posix, on_uploaded);
}

static void start_upload(struct mg_connection *c, struct mg_http_message *hm,
                         struct settings *settings) {
  struct upload *upload = (struct upload *)mg_calloc(1, sizeof(*upload));
  if (upload == NULL) {
    finish(c, 500, "no memory");
    return;
  }
  upload->settings = settings;
  if (mg_http_get_var(&hm->query, "file", upload->name, sizeof(upload->name)) <= 0 ||
      !upload_path(settings, mg_str(upload->name), upload->final, sizeof(upload->final))) {
    finish(c, 400, "bad name: use ?file=NAME");
  } else if (mg_http_get_header(hm, "Content-Length") == NULL) {
    finish(c, 411, "say how long it is");
  } else {
    store_body(c, hm, upload);
    return;
  }
  mg_free(upload);
}

// Stores the files of an HTML form, which has arrived as a whole.
static void store_form(struct mg_connection *c, struct mg_http_message *hm,
                       const struct settings *settings) {
  struct mg_http_part part;
  size_t offset = 0;
  int stored = 0;
  while ((offset = mg_http_next_multipart(hm->body, offset, &part)) != 0) {
    char path[MG_PATH_MAX];
    if (upload_path(settings, part.filename, path, sizeof(path)) &&
        mg_file_write(&mg_fs_posix, path, part.body.buf, part.body.len)) {
      stored++;
    }
  }
  reply_text(c, stored > 0 ? 200 : 400, stored > 0 ? "stored" : "no file in the form");
}

// Sends a stored file. Whatever somebody has uploaded, a browser runs no scripts of it.
static void serve_upload(struct mg_connection *c, struct mg_http_message *hm,
                         const struct settings *settings) {
  char root[MG_PATH_MAX];
  struct mg_http_serve_opts opts;
  memset(&opts, 0, sizeof(opts));
  mg_snprintf(root, sizeof(root), "/uploads=%s", settings->upload_directory);
  opts.root_dir = root;
  opts.extra_headers =
      "Content-Security-Policy: sandbox\r\n"
      "X-Content-Type-Options: nosniff\r\n";
  mg_http_serve_dir(c, hm, &opts);
}

// Where the list of stored files is printed to.
struct list {
  const struct settings *settings;
  mg_pfn_t out;
  void *arg;
  size_t len;  // printed so far
};

static void print_file(const char *name, void *arg) {
  struct list *list = (struct list *)arg;
  char path[MG_PATH_MAX];
  size_t size = 0;
  if (!upload_path(list->settings, mg_str(name), path, sizeof(path))) return;
  if ((mg_fs_posix.st(path, &size, NULL) & (MG_FS_READ | MG_FS_DIR)) != MG_FS_READ) return;
  list->len += mg_xprintf(list->out, list->arg, "%s{%m:%m,%m:%llu}", list->len > 0 ? "," : "",
                          MG_ESC("name"), MG_ESC(name), MG_ESC("size"), (unsigned long long)size);
}

// For %M: the files that were uploaded.
static size_t print_files(mg_pfn_t out, void *arg, va_list *ap) {
  struct list list = {va_arg(*ap, const struct settings *), out, arg, 0};
  mg_fs_posix.ls(list.settings->upload_directory, print_file, &list);
  return list.len;
}

// For %M: the uploads on their way, and how many bytes of each are on the disk.
static size_t print_running(mg_pfn_t out, void *arg, va_list *ap) {
  const struct settings *settings = va_arg(*ap, const struct settings *);
  size_t len = 0;
  for (const struct upload *upload = settings->running; upload != NULL; upload = upload->next) {
    size_t stored = 0;
    mg_fs_posix.st(upload->partial, &stored, NULL);
    len += mg_xprintf(out, arg, "%s{%m:%m,%m:%llu,%m:%llu}", len > 0 ? "," : "", MG_ESC("name"),
                      MG_ESC(upload->name), MG_ESC("stored"), (unsigned long long)stored,
                      MG_ESC("size"), (unsigned long long)upload->size);
  }
  return len;
}

static void list_uploads(struct mg_connection *c, const struct settings *settings) {
  mg_http_reply(c, 200, "Content-Type: application/json\r\nCache-Control: no-store\r\n",
                "{%m:[%M],%m:[%M]}\n", MG_ESC("files"), print_files, settings, MG_ESC("running"),
                print_running, settings);
}

static void say_hello(struct mg_connection *c, struct mg_http_message *hm) {
  char name[50] = "world";
  mg_http_get_var(&hm->query, "name", name, sizeof(name));
  mg_http_reply(c, 200, "Content-Type: application/json\r\n", "{%m: %m, %m: %llu}\n",
                MG_ESC("hello"), MG_ESC(name[0] == '\0' ? "world" : name), MG_ESC("uptime"),
                (unsigned long long)mg_millis());
}

static bool is_upload(struct mg_http_message *hm) {
  return mg_strcmp(hm->method, mg_str("POST")) == 0 && mg_match(hm->uri, mg_str("/upload"), NULL);
}

static bool is_form(struct mg_http_message *hm) {
  struct mg_str *type = mg_http_get_header(hm, "Content-Type");
  return type != NULL && mg_match(*type, mg_str("multipart/form-data#"), NULL);
}

static void serve(struct mg_connection *c, struct mg_http_message *hm,
                  const struct settings *settings) {
  bool has_uploads = settings->upload_directory != NULL;
  if (mg_match(hm->uri, mg_str("/api/hello"), NULL)) {
    say_hello(c, hm);
  } else if (is_upload(hm)) {
    store_form(c, hm, settings);
  } else if (has_uploads && mg_match(hm->uri, mg_str("/api/uploads"), NULL)) {
    list_uploads(c, settings);
  } else if (has_uploads && mg_match(hm->uri, mg_str("/uploads/*"), NULL)) {
    serve_upload(c, hm, settings);
  } else {
    struct mg_http_serve_opts opts;
    memset(&opts, 0, sizeof(opts));
    opts.root_dir = settings->directory;
    mg_http_serve_dir(c, hm, &opts);
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct settings *settings = (struct settings *)c->fn_data;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (c->is_draining) return;  // an upload was refused
  if (ev == MG_EV_ACCEPT) {
    if (c->is_tls) mg_tls_init(c, &settings->tls);
  } else if (ev == MG_EV_HTTP_HDRS && is_upload(hm)) {
    // Before the body is there: raw uploads go to the disk piece by piece.
    if (settings->upload_directory == NULL) {
      finish(c, 403, "no uploads: start with -u DIRECTORY");
    } else if (!is_form(hm)) {
      start_upload(c, hm, settings);
    }
  } else if (ev == MG_EV_HTTP_MSG) {
    serve(c, hm, settings);
  }
}

// Reads a certificate or a key; false if there is none to read.
static bool read_pem(const char *path, struct mg_str *text) {
  *text = mg_file_read(&mg_fs_posix, path);
  if (text->len == 0) fprintf(stderr, "can't read %s\n", path);
  return text->len > 0;
}

static void free_pems(struct mg_tls_opts *tls) {
  mg_free((void *)tls->ca.buf);
  mg_free((void *)tls->cert.buf);
  mg_free((void *)tls->key.buf);
}

static int usage(const char *program) {
  fprintf(stderr,
          "Usage: %s [-l URL] [-d DIRECTORY] [-u UPLOAD_DIRECTORY] [-C CERT -K KEY [-A CA]] "
          "[-v LEVEL]\n",
          program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  struct settings settings = {.url = "http://0.0.0.0:8000", .directory = "."};
  struct mg_mgr mgr;

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      settings.url = argv[i + 1];
    } else if (strcmp(argv[i], "-d") == 0) {
      settings.directory = argv[i + 1];
    } else if (strcmp(argv[i], "-u") == 0) {
      settings.upload_directory = argv[i + 1];
    } else if (strcmp(argv[i], "-C") == 0) {
      if (!read_pem(argv[i + 1], &settings.tls.cert)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-K") == 0) {
      if (!read_pem(argv[i + 1], &settings.tls.key)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-A") == 0) {
      if (!read_pem(argv[i + 1], &settings.tls.ca)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, settings.url, on_event, &settings);
  if (listener == NULL) {
    MG_ERROR(("can't listen on %s", settings.url));
    mg_mgr_free(&mgr);
    return EXIT_FAILURE;
  }
  printf("listening on port %d\n", mg_ntohs(listener->loc.port));
  fflush(stdout);
  MG_INFO(("serving %s on %s", settings.directory, settings.url));
  while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  mg_mgr_free(&mgr);
  free_pems(&settings.tls);
  MG_INFO(("stopped by signal %d", (int)stop_signal));
  return EXIT_SUCCESS;
}
