// A device with a dashboard: a sensor, a lamp, a log and files, in a browser or by JSON.
//
//   device-dashboard [-l URL] [-d DIRECTORY] [-v LEVEL]
//
//   -l URL         http://0.0.0.0:8000
//   -d DIRECTORY   holds the uploaded files, "device-files"
//
// Log in as operator/lamp, or as viewer/look, who may change nothing. The page is
// packed/dashboard.html.
#include <math.h>
#include <signal.h>

#include "mongoose.h"

#define MAX_ENTRIES 50

// Levels of users.
enum { VIEWER = 1, OPERATOR = 5 };

static const char *directory = "device-files";
static struct mg_mgr mgr;
static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
  stop_signal = number;
}

// ------------------------------------------------------------------------------------ the sensor

static double temperature = 21.5, humidity = 48;
static uint64_t started, uptime;

static struct mg_field sensor_fields[] = {
    {"temperature", MG_VAL_DBL, &temperature, 0},
    {"humidity", MG_VAL_DBL, &humidity, 0},
    {"uptime", MG_VAL_UINT64, &uptime, 0},  // 0: read-only
    {NULL, MG_VAL_INT, NULL, 0},
};

static struct mg_field_set sensor_set = {"sensor", sensor_fields, NULL, NULL, NULL, NULL};

static void measure(void *arg) {
  double t = (double)mg_millis() / 1000;
  (void)arg;
  uptime = (mg_millis() - started) / 1000;
  temperature = 21.5 + 1.5 * sin(t / 20) + 0.3 * sin(t / 3);
  humidity = 48 + 6 * sin(t / 31);
  mg_dash_send_change(&mgr, &sensor_set);
}

// -------------------------------------------------------------------------------------- the lamp

static bool lamp_on = true;
static int brightness = 60;
static char lamp_name[32] = "Desk lamp";

static struct mg_field lamp_fields[] = {
    {"on", MG_VAL_BOOL, &lamp_on, sizeof(lamp_on)},
    {"brightness", MG_VAL_INT, &brightness, sizeof(brightness)},
    {"name", MG_VAL_STR, lamp_name, sizeof(lamp_name)},
    {NULL, MG_VAL_INT, NULL, 0},
};

static bool on_lamp(enum mg_dash_op op, struct mg_dash_user *u) {
  if (op == MG_DASH_READ) return true;
  if (u->level < OPERATOR) return false;
  // Called before the new values are stored, and again after: this is where hardware is told.
  if (brightness < 0) brightness = 0;
  if (brightness > 100) brightness = 100;
  return true;
}

static struct mg_field_set lamp_set = {"lamp", lamp_fields, on_lamp, NULL, NULL, NULL};

// --------------------------------------------------------------------------------------- the log

struct entry {
  uint64_t time;  // uptime in seconds
  char text[80];
};

static struct entry entries[MAX_ENTRIES], entry;
static int entry_count, entry_index = -1;

static struct mg_field entry_fields[] = {
    {"time", MG_VAL_UINT64, &entry.time, 0},
    {"text", MG_VAL_STR, entry.text, sizeof(entry.text)},
    {NULL, MG_VAL_INT, NULL, 0},
};

static void delete_entry(int at) {
  memmove(&entries[at], &entries[at + 1], (size_t)(entry_count - at - 1) * sizeof(entry));
  entry_count--;
}

static bool on_log(enum mg_dash_op op, struct mg_dash_user *u) {
  bool exists = entry_index >= 0 && entry_index < entry_count;
  if (op == MG_DASH_READ) {
    if (entry_index == -1) {
      entry_index = entry_count;  // what is asked for is their number
    } else if (exists) {
      entry = entries[entry_index];
    } else {
      entry_index = -1;
    }
    return true;
  }
  if (u->level < OPERATOR) return false;
  if (op == MG_DASH_ADD) {
    if (entry_count == MAX_ENTRIES) delete_entry(0);
    entry.time = uptime;
    entries[entry_count++] = entry;
    return true;
  }
  if (!exists) return false;
  if (op == MG_DASH_DELETE) delete_entry(entry_index);
  if (op == MG_DASH_WRITE) entries[entry_index] = entry;
  return true;
}

static struct mg_field_set log_set = {"log", entry_fields, on_log, &entry_index, NULL, NULL};

// ------------------------------------------------------------------------------------- the files

static char file_name[256];
static uint64_t file_size;
static int file_index = -1;

static struct mg_field file_fields[] = {
    {"name", MG_VAL_STR, file_name, sizeof(file_name)},
    {"size", MG_VAL_UINT64, &file_size, sizeof(file_size)},
    {NULL, MG_VAL_INT, NULL, 0},
};

static struct mg_field_set file_set;

static bool file_directory(const struct mg_dash_user *u, char *buf, size_t len) {
  (void)u;
  return mg_snprintf(buf, len, "%s", directory) < len;
}

static bool on_file(enum mg_dash_op op, struct mg_dash_user *u) {
  if (op == MG_DASH_READ) return mg_dash_dir_read(&file_set, u);
  if (u->level < OPERATOR) return false;
  if (op == MG_DASH_WRITE) {
    // An upload is about to begin. Without this, it would be added to a file of the same name.
    char path[MG_PATH_MAX];
    mg_snprintf(path, sizeof(path), "%s/%s", directory, file_name);
    mg_fs_posix.rm(path);
  }
  return true;
}

static struct mg_field_set file_set = {"files",     file_fields,    on_file,
                                       &file_index, file_directory, NULL};

// --------------------------------------------------------------------------------------- the rest

static int authenticate(char *user, size_t size, const char *pass) {
  (void)size;
  if (strcmp(user, "operator") == 0 && strcmp(pass, "lamp") == 0) return OPERATOR;
  if (strcmp(user, "viewer") == 0 && strcmp(pass, "look") == 0) return VIEWER;
  return 0;
}

static int usage(const char *program) {
  fprintf(stderr, "Usage: %s [-l URL] [-d DIRECTORY] [-v LEVEL]\n", program);
  return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
  const char *url = "http://0.0.0.0:8000";
  struct mg_dash dash;
  struct mg_connection *c;

  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return usage(argv[0]);
    if (strcmp(argv[i], "-l") == 0) {
      url = argv[i + 1];
    } else if (strcmp(argv[i], "-d") == 0) {
      directory = argv[i + 1];
    } else if (strcmp(argv[i], "-v") == 0) {
      mg_log_set(atoi(argv[i + 1]));
    } else {
      return usage(argv[0]);
    }
  }

  memset(&dash, 0, sizeof(dash));
  dash.authenticate = authenticate;
  MG_DASH_ADD_FIELD_SET(&dash, &sensor_set);
  MG_DASH_ADD_FIELD_SET(&dash, &lamp_set);
  MG_DASH_ADD_FIELD_SET(&dash, &log_set);
  MG_DASH_ADD_FIELD_SET(&dash, &file_set);
  started = mg_millis();
  mg_fs_posix.mkd(directory);
  mg_snprintf(entries[0].text, sizeof(entries[0].text), "device started");
  entry_count = 1;

  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  mg_mgr_init(&mgr);
  c = mg_http_listen(&mgr, url, mg_dash_ev_handler, &dash);
  if (c == NULL) {
    MG_ERROR(("can't listen on %s", url));
    mg_mgr_free(&mgr);
    return EXIT_FAILURE;
  }
  mg_timer_add(&mgr, 1000, MG_TIMER_REPEAT | MG_TIMER_RUN_NOW, measure, NULL);
  printf("dashboard on port %d\n", mg_ntohs(c->loc.port));
  fflush(stdout);
  while (stop_signal == 0) mg_mgr_poll(&mgr, 1000);
  mg_mgr_free(&mgr);
  return EXIT_SUCCESS;
}
