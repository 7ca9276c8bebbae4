// Digests, checksums and base64, against published values. The contexts are the program's own.
#include "mongoose.h"
#include "test.h"

static const char *hex(const unsigned char *digest, int len) {
  static char text[100];
  mg_snprintf(text, sizeof(text), "%M", mg_print_hex, len, digest);
  return text;
}

static void old_ones(const unsigned char *abc, unsigned char *digest) {
  mg_md5_ctx md5;
  mg_md5_init(&md5);
  mg_md5_update(&md5, abc, 1);
  mg_md5_update(&md5, abc + 1, 2);
  mg_md5_final(&md5, digest);
  CHECK_TEXT(hex(digest, 16), "900150983cd24fb0d6963f7d28e17f72");

  mg_sha1_ctx sha1;
  mg_sha1_init(&sha1);
  mg_sha1_update(&sha1, abc, 1);
  mg_sha1_update(&sha1, abc + 1, 2);
  mg_sha1_final(digest, &sha1);
  CHECK_TEXT(hex(digest, 20), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void sha2(unsigned char *abc, unsigned char *digest) {
  static const char sha256_abc[] =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  static const char sha384_abc[] =
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
      "8086072ba1e7cc2358baeca134c825a7";
  mg_sha256_ctx sha256;
  mg_sha256_init(&sha256);
  mg_sha256_update(&sha256, abc, 1);
  mg_sha256_update(&sha256, abc + 1, 2);
  mg_sha256_final(digest, &sha256);
  CHECK_TEXT(hex(digest, 32), sha256_abc);
  mg_sha384_ctx sha384;
  mg_sha384_init(&sha384);
  mg_sha384_update(&sha384, abc, 1);
  mg_sha384_update(&sha384, abc + 1, 2);
  mg_sha384_final(digest, &sha384);
  CHECK_TEXT(hex(digest, 48), sha384_abc);

  memset(digest, 0, 48);
  mg_sha256(digest, abc, 3);
  CHECK_TEXT(hex(digest, 32), sha256_abc);
  mg_sha384(digest, abc, 3);
  CHECK_TEXT(hex(digest, 48), sha384_abc);

  // RFC 4231, test case 2.
  unsigned char key[] = "Jefe", data[] = "what do ya want for nothing?";
  mg_hmac_sha256(digest, key, 4, data, sizeof(data) - 1);
  CHECK_TEXT(hex(digest, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void base64(unsigned char *abc) {
  char text[10], back[10];
  CHECK_INT(mg_base64_encode(abc, 2, text, sizeof(text)), 4);
  CHECK_TEXT(text, "YWI=");
  CHECK_INT(mg_base64_decode(text, 4, back, sizeof(back)), 2);
  CHECK_TEXT(back, "ab");
  size_t len = mg_base64_update('a', text, 0);
  len = mg_base64_update('b', text, len);
  CHECK_INT(mg_base64_final(text, len), 4);
  CHECK_TEXT(text, "YWI=");
}

int main(void) {
  unsigned char abc[] = "abc", digest[48];
  old_ones(abc, digest);
  sha2(abc, digest);
  base64(abc);
  CHECK_INT(mg_crc32(0, "123456789", 9), 0xcbf43926);
  CHECK_INT(mg_crc32(mg_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
  return test_result();
}
