// Stores uploaded files of any size in a directory, piece by piece as they arrive.
//
//   file-upload [-l URL] [-d DIRECTORY] [-m MEGABYTES] [-v LEVEL]
//
//   -l URL             http://localhost:8000
//   -d DIRECTORY       where files go: the current one
//   -m MEGABYTES       the largest file that is taken, 1000
//
//   GET /              a page to choose files with
//   PUT /files/NAME    stores the body, and replaces what was there once all of it has arrived
//   GET /files/NAME    what was stored; GET /files/ lists the names
//
// From a shell: curl -T report.pdf http://localhost:8000/files/
#include <signal.h>

#include "mongoose.h"

struct settings {
  const char *url;
  const char *directory;
  size_t max_size;  // of one file, bytes
};

// An upload on its way: the file is collected under another name first.
struct upload {
  char partial[MG_PATH_MAX];
  char final[MG_PATH_MAX];
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static const char *page =
    "<!DOCTYPE html><meta charset=utf-8><title>Upload</title>\n"
    "<h1>Drop something off</h1>\n"
    "<input id=files type=file multiple> <a href=files/>what is here</a>\n"
    "<ul id=report></ul>\n"
    "<script>\n"
    "files.onchange = async () => {\n"
    "  for (const file of files.files) {\n"
    "    const line = report.appendChild(document.createElement('li'));\n"
    "    line.textContent = `${file.name}: on its way`;\n"
    "    const url = 'files/' + encodeURIComponent(file.name);\n"
    "    const answer = await fetch(url, {method: 'PUT', body: file});\n"
    "    line.textContent = `${file.name}: ${answer.status} ${await answer.text()}`;\n"
    "  }\n"
    "};\n"
    "</script>\n";

// Answers, and ends the connection: what is left of the body is of no interest.
static void finish(struct mg_connection *c, int status, const char *text) {
  mg_http_reply(c, status, "Content-Type: text/plain\r\n", "%s\n", text);
  c->is_draining = 1;
}

// Called once when an upload ends; `error` is NULL if all of it is there.
static void on_uploaded(struct mg_connection *c, const char *error) {
  struct upload *upload = (struct upload *)c->fn_data;
  if (error == NULL && mg_fs_posix.mv(upload->partial, upload->final)) {
    finish(c, 201, "stored");
  } else {
    mg_fs_posix.rm(upload->partial);
    finish(c, 500, error == NULL ? "this name is taken" : error);
  }
  c->fn_data = NULL;
  mg_free(upload);
}

// Decodes the name in the URI; false if it is no plain file name.
static bool plain_name(struct mg_str encoded, char *name, size_t size) {
  return mg_url_decode(encoded.buf, encoded.len, name, size, 0) > 0 && name[0] != '.' &&
         strchr(name, '/') == NULL && mg_path_is_sane(mg_str(name));
}

static void start_upload(struct mg_connection *c, struct mg_http_message *hm, struct mg_str encoded,
                         const struct settings *settings) {
  char name[200], partial_name[250];
  struct upload *upload;
  if (!plain_name(encoded, name, sizeof(name))) {
    finish(c, 400, "choose another name");
  } else if (mg_http_get_header(hm, "Content-Length") == NULL) {
    finish(c, 411, "say how long it is");
  } else if (hm->body.len > settings->max_size) {
    finish(c, 413, "too big");
  } else if ((upload = (struct upload *)mg_calloc(1, sizeof(*upload))) == NULL) {
    finish(c, 500, "no memory");
  } else {
    mg_snprintf(partial_name, sizeof(partial_name), ".%s.%lu", name, c->id);
    mg_snprintf(upload->final, sizeof(upload->final), "%s/%s", settings->directory, name);
    mg_snprintf(upload->partial, sizeof(upload->partial), "%s/%s", settings->directory,
                partial_name);
    mg_fs_posix.rm(upload->partial);  // left behind by an earlier run
    c->fn_data = upload;
    mg_http_start_upload(c, hm, mg_str(partial_name), mg_str(settings->directory), &mg_fs_posix,
                         on_uploaded);
  }
}

static void serve(struct mg_connection *c, struct mg_http_message *hm,
                  const struct settings *settings) {
  if (mg_match(hm->uri, mg_str("/"), NULL)) {
    mg_http_reply(c, 200, "Content-Type: text/html\r\n", "%s", page);
  } else if (mg_match(hm->uri, mg_str("/files/#"), NULL)) {
    struct mg_http_serve_opts opts;
    char root[MG_PATH_MAX];
    memset(&opts, 0, sizeof(opts));
    mg_snprintf(root, sizeof(root), "/files=%s", settings->directory);
    opts.root_dir = root;
    mg_http_serve_dir(c, hm, &opts);
  } else {
    mg_http_reply(c, 404, "", "not here\n");
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  struct mg_str name;
  if (c->is_draining) return;  // refused
  if (ev == MG_EV_HTTP_HDRS && mg_strcmp(hm->method, mg_str("PUT")) == 0 &&
      mg_match(hm->uri, mg_str("/files/*"), &name)) {
    // Before the body is there. From now on, only on_uploaded() hears of this connection.
    start_upload(c, hm, name, (const struct settings *)c->fn_data);
  } else if (ev == MG_EV_HTTP_MSG) {
    serve(c, hm, (const struct settings *)c->fn_data);
  }
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-d DIRECTORY] [-m MEGABYTES] [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  struct settings settings = {"http://localhost:8000", ".", (size_t)1000 << 20};
  struct mg_mgr mgr;

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      settings.url = argv[i + 1];
    } else if (strcmp(argv[i], "-d") == 0) {
      settings.directory = argv[i + 1];
    } else if (strcmp(argv[i], "-m") == 0) {
      settings.max_size = (size_t)atoi(argv[i + 1]) << 20;
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
  if (listener != NULL) {
    printf("listening on port %d, files go to %s\n", mg_ntohs(listener->loc.port),
           settings.directory);
    fflush(stdout);
    while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  }
  mg_mgr_free(&mgr);
  return listener == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
