// Output functions with buffers of every size, and absurd lengths. Chapter 02, 13: never a byte behind the buffer, always a NUL where there is room.
// History: f6165d23 | each function with buffers of 0 bytes to more than enough
// History: 531c47b4 | lengths of SIZE_MAX and SIZE_MAX - 1
#include "mongoose.h"
#include "test.h"

char *mg_http_etag(char *buf, size_t len, size_t size, time_t mtime);

#define ROOM 64

// Calls one function with a buffer of `size` bytes; gives the text that a large buffer gets.
typedef void (*writer_t)(char *buf, size_t size);

static void write_text(char *buf, size_t size) {
  mg_snprintf(buf, size, "%s-%d-%g-%m", "text", 42, 1.5, MG_ESC("q"));
}
static void write_base64(char *buf, size_t size) {
  mg_base64_encode((const unsigned char *)"sixteen bytes...", 16, buf, size);
}
static void write_decoded(char *buf, size_t size) {
  mg_base64_decode("c2l4dGVlbiBieXRlcy4uLg==", 24, buf, size);
}
static void write_url(char *buf, size_t size) {
  mg_url_encode("a b/c", 5, buf, size);
}
static void write_plain(char *buf, size_t size) {
  mg_url_decode("a%20b%2fc", 9, buf, size, 0);
}
static void write_var(char *buf, size_t size) {
  struct mg_str s = mg_str("k=a%20b+c&z=1");
  mg_http_get_var(&s, "k", buf, size);
}
static void write_json(char *buf, size_t size) {
  mg_json_unescape(mg_str("{\"a\":\"x\\ny\\u0041\"}"), "$.a", buf, size);
}
static void write_random(char *buf, size_t size) {
  mg_random_str(buf, size);
}
static void write_etag(char *buf, size_t size) {
  mg_http_etag(buf, size, 123456, 789);
}

static void write_printers(char *buf, size_t size) {
  static struct mg_addr addr;
  mg_snprintf(buf, size, "%M %M %M %M %M", mg_print_ip, &addr, mg_print_ip_port, &addr,
              mg_print_mac, "123456", mg_print_hex, 4, "abcd", mg_print_html_esc, 5, "<&\">x");
}
static void write_creds(char *buf, size_t size) {
  static const char head[] =
      "GET / HTTP/1.1\r\nAuthorization: Basic bG9uZyB1c2VyOnNlY3JldA==\r\n\r\n";
  struct mg_http_message hm;
  char other[100];
  mg_http_parse(head, sizeof(head) - 1, &hm);
  mg_http_creds(&hm, buf, size, other, sizeof(other));
}
static void write_password(char *buf, size_t size) {
  static const char head[] = "GET / HTTP/1.1\r\nAuthorization: Bearer a-long-token\r\n\r\n";
  struct mg_http_message hm;
  char other[100];
  mg_http_parse(head, sizeof(head) - 1, &hm);
  mg_http_creds(&hm, other, sizeof(other), buf, size);
}
static void write_directory(char *buf, size_t size) {
  if (size > 0) buf[0] = '\0';
  mg_fs_ls(&mg_fs_posix, "/", buf, size);
}

int main(void) {
  static const writer_t writers[] = {write_text,     write_base64,   write_decoded, write_url,
                                     write_plain,    write_var,      write_json,    write_random,
                                     write_etag,     write_printers, write_creds,   write_password,
                                     write_directory};
  for (size_t w = 0; w < sizeof(writers) / sizeof(writers[0]); w++) {
    for (size_t size = 0; size <= ROOM; size++) {
      char buf[ROOM + 8];
      memset(buf, '~', sizeof(buf));
      writers[w](buf, size);
      for (size_t i = size; i < sizeof(buf); i++) {
        test_check_int(__FILE__, __LINE__, "byte behind the buffer", buf[i], '~');
      }
      if (writers[w] != write_url && size > 0) CHECK(memchr(buf, 0, size) != NULL);
    }
  }
  char etag[40];
  CHECK_TEXT(mg_http_etag(etag, sizeof(etag), 123456, 789), "\"789.123456\"");

  struct mg_iobuf io;
  memset(&io, 0, sizeof(io));
  CHECK(mg_iobuf_init(&io, 10, 16));
  CHECK_INT(mg_iobuf_add(&io, 0, "abc", 3), 3);
  CHECK_INT(mg_iobuf_add(&io, SIZE_MAX, "x", 1) <= 1, true);
  CHECK(!mg_iobuf_resize(&io, SIZE_MAX));
  CHECK(!mg_iobuf_resize(&io, SIZE_MAX - 1));
  CHECK_INT(mg_iobuf_del(&io, SIZE_MAX, 1), 0);
  CHECK(mg_iobuf_del(&io, 0, SIZE_MAX) <= 16);
  mg_iobuf_free(&io);
  return test_result();
}
