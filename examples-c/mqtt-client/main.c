// An MQTT client: subscribes, publishes, keeps the connection alive and makes it again when it
// breaks.
//
//   mqtt-client [OPTIONS]
//
//   -l URL          broker, mqtt://127.0.0.1:1883
//   -s TOPIC        subscribe, and print messages: TOPIC QOS [NAME=VALUE ...] MESSAGE
//   -n COUNT        end after so many messages
//   -p TOPIC        publish a message, and end once the broker has it
//   -m MESSAGE      the message, or with -f FILE the content of a file
//   -r 1            ask the broker to keep the message
//   -q QOS          0, 1 or 2, for subscribing, publishing and the will
//   -V 4|5          MQTT 3.1.1 or 5
//   -e NAME=VALUE   MQTT 5: user property of the message
//   -i ID           client id
//   -u USER -P PASSWORD
//   -w TOPIC -W MESSAGE   will
//   -k SECONDS      keep-alive time
//   -A, -C, -K      PEM files for mqtts URLs: whom to trust (without it, anybody), and a certificate
//                   and its key for brokers that want one
//   -v LEVEL        log level
#include <signal.h>

#include "mongoose.h"

enum { RECONNECT_MS = 500 };

struct client {
  struct mg_mgr *mgr;
  const char *url, *subscribe, *publish;
  struct mg_str message;
  int messages_left;  // 0 = no limit
  struct mg_mqtt_opts login;
  struct mg_mqtt_prop property;
  struct mg_tls_opts tls;
  uint8_t qos;
  bool retain;
  uint16_t pub_id;  // of the message that waits for its acknowledgement
  struct mg_connection *conn;
  bool is_open, failed, done;
};

static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

// Says goodbye; the loop ends when the connection has closed.
static void finish(struct mg_connection *c, struct client *client) {
  struct mg_mqtt_opts opts;
  memset(&opts, 0, sizeof(opts));
  mg_mqtt_disconnect(c, &opts);
  c->is_draining = 1;
  client->done = true;
}

static void subscribe(struct mg_connection *c, const struct client *client) {
  struct mg_mqtt_opts opts;
  memset(&opts, 0, sizeof(opts));
  opts.topic = mg_str(client->subscribe);
  opts.qos = client->qos;
  mg_mqtt_sub(c, &opts);
}

// Sends the message, a second time as a duplicate if the connection broke meanwhile.
static void publish(struct mg_connection *c, struct client *client) {
  struct mg_mqtt_opts opts;
  memset(&opts, 0, sizeof(opts));
  opts.topic = mg_str(client->publish);
  opts.message = client->message;
  opts.qos = client->qos;
  opts.retain = client->retain;
  opts.retransmit_id = client->pub_id;
  if (client->property.id != 0) {
    opts.props = &client->property;
    opts.num_props = 1;
  }
  client->pub_id = mg_mqtt_pub(c, &opts);
  if (client->qos == 0 && client->subscribe == NULL) finish(c, client);
}

static void print_message(struct mg_mqtt_message *mm) {
  struct mg_mqtt_prop prop;
  size_t ofs = 0;
  printf("%.*s %d ", (int)mm->topic.len, mm->topic.buf, mm->qos);
  while ((ofs = mg_mqtt_next_prop(mm, &prop, ofs)) > 0) {
    if (prop.id != MQTT_PROP_USER_PROPERTY) continue;
    printf("%.*s=%.*s ", (int)prop.key.len, prop.key.buf, (int)prop.val.len, prop.val.buf);
  }
  fwrite(mm->data.buf, 1, mm->data.len, stdout);
  printf("\n");
  fflush(stdout);
}

static void on_opened(struct mg_connection *c, struct client *client, int code) {
  if (code != 0) {
    fprintf(stderr, "the broker refuses with code %d\n", code);
    client->failed = client->done = true;
    return;
  }
  client->is_open = true;
  if (client->subscribe != NULL) {
    subscribe(c, client);  // SUBACK will start publishing
  } else if (client->publish != NULL) {
    publish(c, client);
  }
}

static void on_packet(struct mg_connection *c, struct client *client, struct mg_mqtt_message *mm) {
  if (mm->cmd == MQTT_CMD_SUBACK) {
    if (mm->dgram.buf[mm->dgram.len - 1] & 0x80) {
      fprintf(stderr, "the broker refuses the subscription\n");
      client->failed = true;
      finish(c, client);
    } else {
      fprintf(stderr, "subscribed\n");
      if (client->publish != NULL) publish(c, client);
    }
  } else if ((mm->cmd == MQTT_CMD_PUBACK || mm->cmd == MQTT_CMD_PUBCOMP) &&
             mm->id == client->pub_id) {
    client->pub_id = 0;
    client->publish = NULL;
    if (client->subscribe == NULL) finish(c, client);
  }
}

static void on_event(struct mg_connection *c, int ev, void *ev_data) {
  struct client *client = (struct client *)c->fn_data;
  if (ev == MG_EV_CONNECT) {
    if (c->is_tls) mg_tls_init(c, &client->tls);
  } else if (ev == MG_EV_MQTT_OPEN) {
    on_opened(c, client, *(int *)ev_data);
  } else if (ev == MG_EV_MQTT_CMD) {
    on_packet(c, client, (struct mg_mqtt_message *)ev_data);
  } else if (ev == MG_EV_MQTT_MSG && !client->done) {
    print_message((struct mg_mqtt_message *)ev_data);
    if (client->messages_left > 0 && --client->messages_left == 0) finish(c, client);
  } else if (ev == MG_EV_ERROR) {
    fprintf(stderr, "%s\n", (char *)ev_data);
  } else if (ev == MG_EV_CLOSE) {
    client->conn = NULL;
    client->is_open = false;
  }
}

// Timer: makes the first connection, and each further one.
static void connect_if_needed(void *arg) {
  struct client *client = (struct client *)arg;
  if (client->conn == NULL && !client->done) {
    client->conn = mg_mqtt_connect(client->mgr, client->url, &client->login, on_event, client);
  }
}

// Timer: a sign of life, twice per keep-alive time.
static void keep_alive(void *arg) {
  struct client *client = (struct client *)arg;
  if (client->conn != NULL && client->is_open) mg_mqtt_ping(client->conn);
}

static bool set_property(struct client *client, const char *text) {
  const char *equals = strchr(text, '=');
  if (equals == NULL) return false;
  client->property.id = MQTT_PROP_USER_PROPERTY;
  client->property.key = mg_str_n(text, (size_t)(equals - text));
  client->property.val = mg_str(equals + 1);
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

static bool set_option(struct client *client, char option, const char *value) {
  switch (option) {
    case 'l':
      client->url = value;
      break;
    case 's':
      client->subscribe = value;
      break;
    case 'n':
      client->messages_left = atoi(value);
      break;
    case 'p':
      client->publish = value;
      break;
    case 'm':
      client->message = mg_str(value);
      break;
    case 'f':
      client->message = mg_file_read(&mg_fs_posix, value);
      break;
    case 'r':
      client->retain = atoi(value) != 0;
      break;
    case 'q':
      client->qos = (uint8_t)atoi(value);
      break;
    case 'V':
      client->login.version = (uint8_t)atoi(value);
      break;
    case 'e':
      return set_property(client, value);
    case 'i':
      client->login.client_id = mg_str(value);
      break;
    case 'u':
      client->login.user = mg_str(value);
      break;
    case 'P':
      client->login.pass = mg_str(value);
      break;
    case 'w':
      client->login.topic = mg_str(value);
      break;
    case 'W':
      client->login.message = mg_str(value);
      break;
    case 'k':
      client->login.keepalive = (uint16_t)atoi(value);
      break;
    case 'A':
      return read_pem(value, &client->tls.ca);
    case 'C':
      return read_pem(value, &client->tls.cert);
    case 'K':
      return read_pem(value, &client->tls.key);
    case 'v':
      mg_log_set(atoi(value));
      break;
    default:
      return false;
  }
  return true;
}

int main(int argc, char *argv[]) {
  struct mg_mgr mgr;
  struct client client;

  memset(&client, 0, sizeof(client));
  client.mgr = &mgr;
  client.url = "mqtt://127.0.0.1:1883";
  client.login.clean = true;
  mg_log_set(MG_LL_NONE);
  for (int i = 1; i < argc; i += 2) {
    if (argv[i][0] != '-' || i + 1 == argc || !set_option(&client, argv[i][1], argv[i + 1])) {
      fprintf(stderr, "Usage: %s [-s TOPIC] [-p TOPIC -m MESSAGE] ..., see main.c\n", argv[0]);
      return EXIT_FAILURE;
    }
  }

  client.tls.name = mg_url_host(client.url);
  if (client.login.topic.len > 0) client.login.qos = client.qos;  // of the will

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  mg_timer_add(&mgr, RECONNECT_MS, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, connect_if_needed, &client);
  if (client.login.keepalive > 0) {
    mg_timer_add(&mgr, client.login.keepalive * 500U, MG_TIMER_REPEAT, keep_alive, &client);
  }
  while (stop_signal == 0 && !(client.done && client.conn == NULL)) mg_mgr_poll(&mgr, 100);
  mg_mgr_free(&mgr);
  free_pems(&client.tls);
  return client.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
