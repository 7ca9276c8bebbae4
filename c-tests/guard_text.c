// Every prefix of valid JSON, base64, URL, form and access-list text right before an unmapped page.
// Chapter 02, 11, 17, 36, 48, 55, 56.
// History: b55de8b1 | every prefix of paths in front of an unmapped page
// History: 0d882f1b-match | the same for mg_match
#include "mongoose.h"
#include "test.h"
#include "guard_page.h"

static void json(const char *text, size_t len) {
  struct mg_str s = mg_str_n(text, len), key, val;
  static const char *const paths[] = {"$", "$.a", "$.b[1].c", "$.b[0]", "$.s", "$.none"};
  for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    char out[20];
    double d;
    bool b;
    int n;
    mg_json_get(s, paths[i], &n);
    mg_json_get_num(s, paths[i], &d);
    mg_json_get_bool(s, paths[i], &b);
    mg_json_get_long(s, paths[i], 0);
    mg_json_unescape(s, paths[i], out, sizeof(out));
    mg_free(mg_json_get_str(s, paths[i]));
    mg_free(mg_json_get_hex(s, paths[i], &n));
    mg_free(mg_json_get_b64(s, paths[i], &n));
  }
  for (size_t ofs = 0; (ofs = mg_json_next(s, ofs, &key, &val)) > 0;) CHECK(ofs <= len);
}

static void other(const char *text, size_t len) {
  struct mg_str s = mg_str_n(text, len), a, b;
  char out[300];
  uint64_t number;
  struct mg_addr ip;
  memset(&ip, 0, sizeof(ip));
  mg_span(s, &a, &b, ',');
  mg_str_to_num(s, 0, &number, sizeof(number));
  mg_path_is_sane(s);
  mg_check_ip_acl(s, &ip);
  mg_base64_decode(text, len, out, sizeof(out));
  mg_url_decode(text, len, out, sizeof(out), 1);
  mg_url_encode(text, len, out, sizeof(out));
  mg_http_get_var(&s, "c", out, sizeof(out));
  mg_http_get_header_var(s, mg_str("c"));
  mg_snprintf(out, sizeof(out), "%.*s", (int)len, text);
  mg_snprintf(out, sizeof(out), "%M", mg_print_hex, (int)len, text);
  mg_snprintf(out, sizeof(out), "%M", mg_print_base64, (int)len, text);
  mg_snprintf(out, sizeof(out), "%M", mg_print_html_esc, (int)len, text);
  if (len > 0) mg_snprintf(out, sizeof(out), "%M", mg_print_esc, (int)len, text);
  mg_crc32(0, text, len);
  a = mg_strdup(s);
  mg_free(a.buf);
}

// A NUL-terminated string whose NUL is the last readable byte.
static void url(const char *text) {
  mg_url_host(text);
  mg_url_port(text);
  mg_url_user(text);
  mg_url_pass(text);
  mg_url_is_ssl(text);
  mg_url_uri(text);
}

int main(void) {
  static const char *const texts[] = {
      "{\"a\":-12.5e+3,\"b\":[true,{\"c\":null}],\"s\":\"\\u0041\\n\\\"\",\"h\":\"4a4b\"}",
      "[1,2,[\"\"],{\"a\":{}}]",
      "\"4a4B\"",
      "  123  ",
      "nul",
      "tru",
      "fals",
      "+10.0.0.0/8,-10.1.2.3,+192.168.0.0/16",
      "c2l4dGVlbiBieXRlcy4uLg==",
      "a=1&b=%41%42+c&c=%7e",
      "form-data; c=\"bar\"; d=x",
      "Digest c=\"bar",
      "a/b/../c",
      "..",
      "~",
      "/..",
      "0x1f",
      "0b1",
      "http://u:p@[fe80::1]:8080/x?y#z",
      "mqtts://h:1",
      "https://h"};
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    for (size_t len = 0; len <= strlen(texts[i]); len++) {
      char *text = guard_copy(0, texts[i], len);
      json(text, len);
      other(text, len);
      char with_nul[200];
      memcpy(with_nul, texts[i], len);
      with_nul[len] = '\0';
      url(guard_copy(1, with_nul, len + 1));
      mg_match(mg_str_n(text, len), mg_str("#a*?b#"), NULL);
    }
  }
  return test_result();
}
