// Sends one HTTP request and prints the body of the response.
//
//   http-client [-X METHOD] [-d BODY] [-T TYPE] [-u USER:PASSWORD] [-t SECONDS] [-i]
//               [-A CA] [-C CERT -K KEY] URL
//
//   -X METHOD     GET, or POST if there is a body
//   -d BODY       what to send, of the media type -T (text/plain)
//   -i            print status and headers too
//   -A, -C, -K    PEM files for https URLs: whom to trust (without it, anybody), and a certificate
//                 and its key for servers that want one
//
// The exit status is 0 for responses below 400.
#include <signal.h>

#include "mongoose.h"

struct request {
  const char *url, *method, *body, *type;
  char *user, *password;
  struct mg_tls_opts tls;
  bool show_headers;
  int status;  // of the response; 0 = none yet
  bool done;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static void send_request(struct mg_connection *c, const struct request *request) {
  struct mg_str host = mg_url_host(request->url);
  size_t len = request->body == NULL ? 0 : strlen(request->body);
  mg_printf(c, "%s %s HTTP/1.1\r\nHost: %.*s:%d\r\nConnection: close\r\n", request->method,
            mg_url_uri(request->url), (int)host.len, host.buf, mg_url_port(request->url));
  if (request->user != NULL) mg_http_bauth(c, request->user, request->password);
  if (request->body != NULL) {
    mg_printf(c, "Content-Type: %s\r\nContent-Length: %lu\r\n", request->type, (unsigned long)len);
  }
  mg_printf(c, "\r\n");
  mg_send(c, request->body, len);
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct request *request = (struct request *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    if (mg_url_is_ssl(request->url)) mg_tls_init(c, &request->tls);
    send_request(c, request);
  } else if (ev == MG_EV_HTTP_MSG) {
    struct mg_http_message *hm = (struct mg_http_message *)ev_data;
    request->status = mg_http_status(hm);
    if (request->show_headers) fwrite(hm->head.buf, 1, hm->head.len, stdout);
    fwrite(hm->body.buf, 1, hm->body.len, stdout);
    c->is_draining = 1;
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    request->done = true;
  }
}

// Cuts "user:password" in two.
static bool set_login(struct request *request, char *login) {
  char *colon = strchr(login, ':');
  if (colon == NULL) return false;
  *colon = '\0';
  request->user = login;
  request->password = colon + 1;
  return true;
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
          "Usage: %s [-X METHOD] [-d BODY] [-T TYPE] [-u USER:PASSWORD] [-t SECONDS] [-i] [-A CA] "
          "[-C CERT -K KEY] URL\n",
          program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  struct request request;
  struct mg_mgr mgr;
  uint64_t limit_ms = 30000;
  int i = 1;

  memset(&request, 0, sizeof(request));
  request.type = "text/plain";
  for (; i + 1 < argc; i++) {
    if (strcmp(argv[i], "-i") == 0) {
      request.show_headers = true;
    } else if (strcmp(argv[i], "-X") == 0) {
      request.method = argv[++i];
    } else if (strcmp(argv[i], "-d") == 0) {
      request.body = argv[++i];
    } else if (strcmp(argv[i], "-T") == 0) {
      request.type = argv[++i];
    } else if (strcmp(argv[i], "-t") == 0) {
      limit_ms = (uint64_t)atoi(argv[++i]) * 1000;
    } else if (strcmp(argv[i], "-A") == 0) {
      if (!read_pem(argv[++i], &request.tls.ca)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-C") == 0) {
      if (!read_pem(argv[++i], &request.tls.cert)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-K") == 0) {
      if (!read_pem(argv[++i], &request.tls.key)) return EXIT_FAILURE;
    } else if (strcmp(argv[i], "-u") == 0) {
      if (!set_login(&request, argv[++i])) return usage(argv[0]);
    } else {
      return usage(argv[0]);
    }
  }
  if (i != argc - 1 || argv[i][0] == '-') return usage(argv[0]);
  request.url = argv[i];
  request.tls.name = mg_url_host(request.url);
  if (request.method == NULL) request.method = request.body == NULL ? "GET" : "POST";

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  uint64_t end = mg_millis() + limit_ms;
  if (mg_http_connect(&mgr, request.url, on_event, &request) == NULL) request.done = true;
  while (!request.done && stop_signal == 0 && mg_millis() < end) mg_mgr_poll(&mgr, 100);
  if (!request.done) fprintf(stderr, "no response in time\n");
  mg_mgr_free(&mgr);
  free_pems(&request.tls);
  return request.status > 0 && request.status < 400 ? EXIT_SUCCESS : EXIT_FAILURE;
}
