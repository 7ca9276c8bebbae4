// A small web server: files, uploads and one JSON call.
//
//   http-server [-l URL] [-d DIRECTORY] [-u UPLOAD_DIRECTORY] [-C CERT -K KEY [-A CA]] [-v LEVEL]
//
//   -C, -K, -A            PEM files, if URL begins with https: the certificate, its key, and the
//                         authority of the certificates that clients must have, if they must
//
//   GET  /...             files of DIRECTORY, directories without index.html are listed
//   POST /upload          a form with files, or any body with ?file=NAME
//   GET  /api/hello?name= {"hello": NAME, ...}
#include <signal.h>

#include "mongoose.h"

struct settings {
  const char *url;
  const char *directory;
  const char *uploads;
  struct mg_tls_opts tls;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

// Writes where an upload called `name` is stored; false if the name is no plain file name.
static bool upload_path(const struct settings *settings, struct mg_str name, char *path,
                        size_t size) {
  if (name.len == 0 || !mg_path_is_sane(name)) return false;
  if (memchr(name.buf, '/', name.len) != NULL) return false;
  return mg_snprintf(path, size, "%s/%.*s", settings->uploads, (int)name.len, name.buf) < size;
}

static void reply_text(struct mg_connection *c, int status, const char *text) {
  mg_http_reply(c, status, "Content-Type: text/plain\r\n", "%s\n", text);
}

// Called once when a raw upload ends: `error` is NULL if all went well.
static void on_uploaded(struct mg_connection *c, const char *error) {
  reply_text(c, error == NULL ? 200 : 400, error == NULL ? "stored" : error);
  c->is_draining = 1;
}

// Starts to store a raw body, as it arrives, under the name given in the query string.
static void start_upload(struct mg_connection *c, struct mg_http_message *hm,
                         const struct settings *settings) {
  char name[100], path[MG_PATH_MAX];
  if (mg_http_get_var(&hm->query, "file", name, sizeof(name)) <= 0 ||
      !upload_path(settings, mg_str(name), path, sizeof(path))) {
    on_uploaded(c, "use ?file=NAME");
    return;
  }
  mg_fs_posix.rm(path);  // what is there would be appended to
  mg_http_start_upload(c, hm, mg_str(name), mg_str(settings->uploads), &mg_fs_posix, on_uploaded);
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

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  const struct settings *settings = (const struct settings *)c->fn_data;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  if (ev == MG_EV_ACCEPT) {
    if (c->is_tls) mg_tls_init(c, &settings->tls);
  } else if (ev == MG_EV_HTTP_HDRS) {
    // Before the body is there: raw uploads go to the disk piece by piece.
    if (is_upload(hm) && !is_form(hm)) start_upload(c, hm, settings);
  } else if (ev == MG_EV_HTTP_MSG) {
    if (mg_match(hm->uri, mg_str("/api/hello"), NULL)) {
      say_hello(c, hm);
    } else if (is_upload(hm)) {
      store_form(c, hm, settings);
    } else {
      struct mg_http_serve_opts opts;
      memset(&opts, 0, sizeof(opts));
      opts.root_dir = settings->directory;
      mg_http_serve_dir(c, hm, &opts);
    }
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
  struct settings settings = {.url = "http://0.0.0.0:8000", .directory = ".", .uploads = "/tmp"};
  struct mg_mgr mgr;

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      settings.url = argv[i + 1];
    } else if (strcmp(argv[i], "-d") == 0) {
      settings.directory = argv[i + 1];
    } else if (strcmp(argv[i], "-u") == 0) {
      settings.uploads = argv[i + 1];
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
  MG_INFO(
      ("serving %s on %s, uploads go to %s", settings.directory, settings.url, settings.uploads));
  while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  mg_mgr_free(&mgr);
  free_pems(&settings.tls);
  MG_INFO(("stopped by signal %d", (int)stop_signal));
  return EXIT_SUCCESS;
}
