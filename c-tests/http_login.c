// global_auth_file and auth_max_failures: Basic and Digest against a password file (chapter 08).
#include "clock.h"
#include "files_dir.h"
#include "guarded_ask.h"

static struct mg_mgr mgr;
static struct mg_connection *l;
static bool by_sha256;  // which hash digest_field uses
static char nonce[200];

static const char *hash(const char *text) {
  static char results[3][65];
  static int next;
  char *hex = results[next++ % 3];
  uint8_t digest[32];
  size_t len = by_sha256 ? 32 : 16;
  struct mg_md5_ctx md5;
  if (by_sha256) {
    mg_sha256(digest, (uint8_t *)text, strlen(text));
  } else {
    mg_md5_init(&md5);
    mg_md5_update(&md5, (const unsigned char *)text, strlen(text));
    mg_md5_final(&md5, digest);
  }
  for (size_t i = 0; i < len; i++) sprintf(hex + 2 * i, "%02x", digest[i]);
  return hex;
}

// Takes the nonce out of a 401.
static void take_nonce(const char *text) {
  const char *at = strstr(text, " nonce=\"");
  CHECK_INT(status_in(text), 401);
  CHECK(at != NULL);
  if (at != NULL) sscanf(at + 8, "%199[^\"]", nonce);
}

// The Authorization line that answers the challenge at hand.
static const char *digest_field(const char *user, const char *password, int nc, const char *uri) {
  static char line[900];
  char a1[200], a2[200], all[700];
  snprintf(a1, sizeof(a1), "%s:home:%s", user, password);
  snprintf(a2, sizeof(a2), "GET:%s", uri);
  snprintf(all, sizeof(all), "%s:%s:%08x:abc:auth:%s", hash(a1), nonce, (unsigned)nc, hash(a2));
  snprintf(line, sizeof(line),
           "Authorization: Digest username=\"%s\", realm=\"home\", nonce=\"%s\", uri=\"%s\", "
           "algorithm=%s, qop=auth, nc=%08x, cnonce=\"abc\", response=\"%s\"\r\n",
           user, nonce, uri, by_sha256 ? "SHA-256" : "MD5", (unsigned)nc, hash(all));
  return line;
}

static const char *basic_field(const char *credentials) {
  static char line[200];
  char code[150];
  mg_base64_encode((const unsigned char *)credentials, strlen(credentials), code, sizeof(code));
  snprintf(line, sizeof(line), "Authorization: Basic %s\r\n", code);
  return line;
}

static const char *get(const char *field) {
  char request[1200];
  snprintf(request, sizeof(request), "GET /p?q HTTP/1.1\r\nHost: a\r\n%s\r\n", field);
  return ask(&mgr, l, request);
}

static void write_passwords(void) {
  char text[600], ann[65], bob[65], code[50];
  mg_sha1_ctx sha1;
  uint8_t digest[20];
  by_sha256 = false, snprintf(ann, sizeof(ann), "%s", hash("ann:home:one"));
  by_sha256 = true, snprintf(bob, sizeof(bob), "%s", hash("bob:home:two"));
  mg_sha1_init(&sha1);
  mg_sha1_update(&sha1, (const unsigned char *)"three", 5);
  mg_sha1_final(digest, &sha1);
  mg_base64_encode(digest, sizeof(digest), code, sizeof(code));
  snprintf(text, sizeof(text), "# users\nann:home:%s\nbob:home:%s\ncid:{SHA}%s\n", ann, bob, code);
  files_make("passwords", text);
  files_make("garbage", "nothing of use\n");
}

static void basic(void) {
  static const struct {
    const char *credentials;
    int status;
  } rows[] = {{"ann:one", 200}, {"bob:two", 200}, {"cid:three", 200}, {"ann:two", 401},
              {"dan:one", 401}, {"ann:", 401},    {"", 401}};
  const char *text = get("");
  take_nonce(text);
  check_has(text, "WWW-Authenticate: Digest realm=\"home\", qop=\"auth\", algorithm=SHA-256,");
  check_has(text, "WWW-Authenticate: Digest realm=\"home\", qop=\"auth\", algorithm=MD5,");
  check_has(text, "WWW-Authenticate: Basic realm=\"home\"");
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int got = status_in(get(basic_field(rows[i].credentials)));
    test_check_int(__FILE__, __LINE__, rows[i].credentials, got, rows[i].status);
  }
  CHECK_INT(status_in(get("Authorization: Bearer x\r\n")), 401);
}

static void digest(void) {
  static const char *const users[][2] = {{"ann", "one"}, {"bob", "two"}};
  for (int i = 0; i < 2; i++) {
    const char *user = users[i][0], *password = users[i][1], *text;
    by_sha256 = i == 1;
    take_nonce(get(""));
    CHECK_INT(status_in(get(digest_field(user, password, 1, "/p?q"))), 200);
    CHECK_INT(status_in(get(digest_field(user, password, 2, "/p?q"))), 200);
    CHECK_INT(status_in(get(digest_field(user, "other", 3, "/p?q"))), 401);
    CHECK_INT(status_in(get(digest_field("cid", "three", 3, "/p?q"))), 401);
    // Credentials for another target.
    CHECK_INT(status_in(get(digest_field(user, password, 3, "/other"))), 401);
    // Replayed: the count must grow.
    text = get(digest_field(user, password, 2, "/p?q"));
    CHECK_INT(status_in(text), 401);
    CHECK_INT(status_in(get(digest_field(user, password, 4, "/p?q"))), 200);
    // Too old: the client is told that only the nonce is wrong.
    push_clock(300 * 1000 + 1);
    mg_mgr_poll(&mgr, 0);
    text = get(digest_field(user, password, 5, "/p?q"));
    check_has(text, ", stale=true\r\n");
    take_nonce(text);
    CHECK_INT(status_in(get(digest_field(user, password, 1, "/p?q"))), 200);
  }
  snprintf(nonce, sizeof(nonce), "%s", "0123456789abcdef0123456789abcdef");
  check_has(get(digest_field("bob", "two", 1, "/p?q")), ", stale=true\r\n");
}

// The good and the bad of this address are turned away for a while; others are not.
static void guessing(void) {
  const char *text;
  uint64_t before = stats_of(&mgr).rejected_429;
  int wait = 0;
  push_clock(120 * 1000);
  set_option(&mgr, "trusted_proxies", "127.0.0.1");
  for (int i = 0; i < 20; i++) CHECK_INT(status_in(get(basic_field("ann:guess"))), 401);
  text = get(basic_field("ann:one"));
  CHECK_INT(status_in(text), 429);
  check_has(text, "\r\nRetry-After: ");
  if (strstr(text, "Retry-After: ") != NULL) wait = atoi(strstr(text, "Retry-After: ") + 13);
  CHECK(wait > 50 && wait <= 70);
  CHECK_INT(status_of(&mgr, l, "GET /", "X-Forwarded-For: 192.0.2.1\r\n"), 401);
  CHECK_INT(stats_of(&mgr).rejected_429 - before, 1);
  push_clock((uint64_t)(wait - 2) * 1000);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(status_in(get(basic_field("ann:one"))), 429);
  push_clock(3000);
  mg_mgr_poll(&mgr, 0);
  CHECK_INT(status_in(get(basic_field("ann:one"))), 200);
  set_option(&mgr, "auth_max_failures", "0");
  for (int i = 0; i < 30; i++) CHECK_INT(status_in(get(basic_field("ann:guess"))), 401);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  mg_mgr_init(&mgr);
  l = http_listener(&mgr, reply_ok);
  write_passwords();
  set_option(&mgr, "auth_domain", "home");
  check_refused(&mgr, "global_auth_file", files_path("nothing"));
  check_refused(&mgr, "global_auth_file", files_path("garbage"));
  CHECK_INT(status_in(get("")), 200);
  set_option(&mgr, "global_auth_file", files_path("passwords"));
  basic();
  digest();
  guessing();
  set_option(&mgr, "global_auth_file", NULL);
  CHECK_INT(status_in(get("")), 200);
  mg_mgr_free(&mgr);
  return test_result();
}
