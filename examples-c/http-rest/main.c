// A REST service for a list of items, which are kept in memory.
//
//   http-rest [-l URL] [-u USER:PASSWORD] [-v LEVEL]
//
//   -l URL              http://localhost:8000
//   -u USER:PASSWORD    only requests with these credentials are served
//
//   GET    /items        all items: [{"id": 1, "name": "bolt", "count": 3}, ...]
//   POST   /items        adds one: {"name": "bolt", "count": 3}, without count it is 0
//   GET    /items/ID     one item
//   PUT    /items/ID     changes name, count or both
//   DELETE /items/ID     takes it away
#include <signal.h>

#include "mongoose.h"

enum { MAX_ITEMS = 100, MAX_NAME = 40 };

struct item {
  unsigned id;  // 0: free
  char name[MAX_NAME];
  long count;
};

struct service {
  const char *url;
  char *user, *password;  // NULL: everyone
  unsigned last_id;
  struct item items[MAX_ITEMS];
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

static bool is_welcome(struct mg_http_message *hm, const struct service *service) {
  char user[100], password[100];
  if (service->user == NULL) return true;
  mg_http_creds(hm, user, sizeof(user), password, sizeof(password));
  return strcmp(user, service->user) == 0 && strcmp(password, service->password) == 0;
}

// The item with this id; id 0 finds a free place. NULL if there is none.
static struct item *find_item(struct service *service, unsigned id) {
  for (int i = 0; i < MAX_ITEMS; i++) {
    if (service->items[i].id == id) return &service->items[i];
  }
  return NULL;
}

// Sets the members that the JSON text has. False, with nothing changed, if one is of no use.
static bool update_item(struct item *item, struct mg_str json) {
  struct item changed = *item;
  if (mg_json_get(json, "$.name", NULL) >= 0) {
    char *name = mg_json_get_str(json, "$.name");
    bool fits = name != NULL && name[0] != '\0' && strlen(name) < sizeof(changed.name);
    if (fits) mg_snprintf(changed.name, sizeof(changed.name), "%s", name);
    mg_free(name);
    if (!fits) return false;
  }
  if (mg_json_get(json, "$.count", NULL) >= 0) {
    changed.count = mg_json_get_long(json, "$.count", -1);
    if (changed.count < 0) return false;
  }
  if (changed.name[0] == '\0') return false;
  *item = changed;
  return true;
}

static size_t print_item(mg_pfn_t out, void *arg, const struct item *item) {
  return mg_xprintf(out, arg, "{%m:%u,%m:%m,%m:%ld}", MG_ESC("id"), item->id, MG_ESC("name"),
                    MG_ESC(item->name), MG_ESC("count"), item->count);
}

// For %M with a struct item *.
static size_t print_one(mg_pfn_t out, void *arg, va_list *ap) {
  return print_item(out, arg, va_arg(*ap, const struct item *));
}

// For %M with a struct service *.
static size_t print_all(mg_pfn_t out, void *arg, va_list *ap) {
  const struct service *service = va_arg(*ap, const struct service *);
  size_t len = mg_xprintf(out, arg, "[");
  const char *separator = "";
  for (int i = 0; i < MAX_ITEMS; i++) {
    if (service->items[i].id == 0) continue;
    len += mg_xprintf(out, arg, "%s", separator);
    len += print_item(out, arg, &service->items[i]);
    separator = ",";
  }
  return len + mg_xprintf(out, arg, "]");
}

static void reply_error(struct mg_connection *c, int status, const char *headers,
                        const char *text) {
  char lines[200];
  mg_snprintf(lines, sizeof(lines), "Content-Type: application/json\r\n%s", headers);
  mg_http_reply(c, status, lines, "{%m:%m}\n", MG_ESC("error"), MG_ESC(text));
}

static void reply_item(struct mg_connection *c, int status, const struct item *item) {
  char lines[100];
  mg_snprintf(lines, sizeof(lines), "Content-Type: application/json\r\nLocation: /items/%u\r\n",
              item->id);
  mg_http_reply(c, status, lines, "%M\n", print_one, item);
}

static bool is_method(struct mg_http_message *hm, const char *name) {
  return mg_strcmp(hm->method, mg_str(name)) == 0;
}

static void add_item(struct mg_connection *c, struct service *service, struct mg_str json) {
  struct item *place = find_item(service, 0), item = {0, "", 0};
  if (place == NULL) {
    reply_error(c, 507, "", "no room for more items");
  } else if (!update_item(&item, json)) {
    reply_error(c, 400, "", "an item has a name of up to 39 bytes, and a count");
  } else {
    item.id = ++service->last_id;
    *place = item;
    reply_item(c, 201, place);
  }
}

static void serve_list(struct mg_connection *c, struct mg_http_message *hm,
                       struct service *service) {
  if (is_method(hm, "GET")) {
    mg_http_reply(c, 200, "Content-Type: application/json\r\n", "%M\n", print_all, service);
  } else if (is_method(hm, "POST")) {
    add_item(c, service, hm->body);
  } else {
    reply_error(c, 405, "Allow: GET, POST\r\n", "list items or add one");
  }
}

static void serve_item(struct mg_connection *c, struct mg_http_message *hm, struct item *item) {
  if (is_method(hm, "GET")) {
    reply_item(c, 200, item);
  } else if (is_method(hm, "PUT")) {
    if (update_item(item, hm->body)) {
      reply_item(c, 200, item);
    } else {
      reply_error(c, 400, "", "no such name or count");
    }
  } else if (is_method(hm, "DELETE")) {
    item->id = 0;
    mg_http_reply(c, 204, "", "");
  } else {
    reply_error(c, 405, "Allow: GET, PUT, DELETE\r\n", "read, change or delete an item");
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct service *service = (struct service *)c->fn_data;
  struct mg_http_message *hm = (struct mg_http_message *)ev_data;
  struct mg_str id_text;
  struct item *item;
  unsigned id = 0;
  if (ev != MG_EV_HTTP_MSG) return;
  if (!is_welcome(hm, service)) {
    reply_error(c, 401, "WWW-Authenticate: Basic realm=\"items\"\r\n", "who are you?");
  } else if (mg_match(hm->uri, mg_str("/items"), NULL)) {
    serve_list(c, hm, service);
  } else if (mg_match(hm->uri, mg_str("/items/*"), &id_text) &&
             mg_str_to_num(id_text, 10, &id, sizeof(id)) && id > 0 &&
             (item = find_item(service, id)) != NULL) {
    serve_item(c, hm, item);
  } else {
    reply_error(c, 404, "", "there is nothing here");
  }
}

// Cuts "user:password" in two.
static bool set_login(struct service *service, char *login) {
  char *colon = strchr(login, ':');
  if (colon == NULL) return false;
  *colon = '\0';
  service->user = login;
  service->password = colon + 1;
  return true;
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-u USER:PASSWORD] [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  static struct service service;
  struct mg_mgr mgr;

  service.url = "http://localhost:8000";
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      service.url = argv[i + 1];
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else if (strcmp(argv[i], "-u") != 0 || !set_login(&service, argv[i + 1])) {
      return usage(argv[0]);
    }
  }

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  struct mg_connection *listener = mg_http_listen(&mgr, service.url, on_event, &service);
  if (listener != NULL) {
    printf("listening on port %d\n", mg_ntohs(listener->loc.port));
    fflush(stdout);
    while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  }
  mg_mgr_free(&mgr);
  return listener == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
