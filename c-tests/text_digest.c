// Chapter 02, 50-52: MD5, SHA-1, SHA-256, SHA-384 and HMAC; their public contexts.
#include "mongoose.h"
#include "test.h"

static char hex[4][100];

// Digests of `data`, given in two pieces, in hex.
static void digest(const unsigned char *data, size_t len, size_t cut) {
  mg_md5_ctx md5, md5_copy;
  mg_sha1_ctx sha1, sha1_copy;
  mg_sha256_ctx sha256, sha256_copy;
  mg_sha384_ctx sha384, sha384_copy;
  unsigned char out[48];
  mg_md5_init(&md5);
  mg_sha1_init(&sha1);
  mg_sha256_init(&sha256);
  mg_sha384_init(&sha384);
  mg_md5_update(&md5, data, cut);
  mg_sha1_update(&sha1, data, cut);
  mg_sha256_update(&sha256, data, cut);
  mg_sha384_update(&sha384, data, cut);
  md5_copy = md5;  // a copied context goes on
  sha1_copy = sha1;
  sha256_copy = sha256;
  sha384_copy = sha384;
  mg_md5_update(&md5_copy, data + cut, len - cut);
  mg_sha1_update(&sha1_copy, data + cut, len - cut);
  mg_sha256_update(&sha256_copy, data + cut, len - cut);
  mg_sha384_update(&sha384_copy, data + cut, len - cut);
  mg_md5_final(&md5_copy, out);
  mg_snprintf(hex[0], sizeof(hex[0]), "%M", mg_print_hex, 16, out);
  mg_sha1_final(out, &sha1_copy);
  mg_snprintf(hex[1], sizeof(hex[1]), "%M", mg_print_hex, 20, out);
  mg_sha256_final(out, &sha256_copy);
  mg_snprintf(hex[2], sizeof(hex[2]), "%M", mg_print_hex, 32, out);
  mg_sha384_final(out, &sha384_copy);
  mg_snprintf(hex[3], sizeof(hex[3]), "%M", mg_print_hex, 48, out);
}

static void known(void) {
  digest((const unsigned char *)"", 0, 0);
  CHECK_TEXT(hex[0], "d41d8cd98f00b204e9800998ecf8427e");
  CHECK_TEXT(hex[1], "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK_TEXT(hex[2], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  digest((const unsigned char *)"abc", 3, 1);
  CHECK_TEXT(hex[0], "900150983cd24fb0d6963f7d28e17f72");
  CHECK_TEXT(hex[1], "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK_TEXT(hex[2], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK_TEXT(hex[3],
             "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
             "8086072ba1e7cc2358baeca134c825a7");
}

// However a message is cut, the digest is the same; lengths around the block borders.
static void cuts(void) {
  static const size_t lengths[] = {55, 56, 63, 64, 65, 111, 112, 127, 128, 129};
  unsigned char data[130];
  for (size_t i = 0; i < sizeof(data); i++) data[i] = (unsigned char)i;
  for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
    char whole[4][100];
    digest(data, lengths[i], 0);
    memcpy(whole, hex, sizeof(hex));
    for (size_t cut = 1; cut <= lengths[i]; cut += 9) {
      digest(data, lengths[i], cut);
      for (int k = 0; k < 4; k++) CHECK_TEXT(hex[k], whole[k]);
    }
    uint8_t out[48];
    char text[100];
    mg_sha256(out, data, lengths[i]);
    mg_snprintf(text, sizeof(text), "%M", mg_print_hex, 32, out);
    CHECK_TEXT(text, whole[2]);
    mg_sha384(out, data, lengths[i]);
    mg_snprintf(text, sizeof(text), "%M", mg_print_hex, 48, out);
    CHECK_TEXT(text, whole[3]);
  }
}

static void hmac(void) {
  static const struct {
    size_t key_len;
    const char *want;
  } rows[] = {
      {63, "ac14c28089a16fbb10c53caf1ec03ddf477041407b5eacc3f0478749c34e3dff"},
      {64, "61f0ed318960e34c8aabc6740467541cffe7b18b30e5c81f9182a0a565567bad"},
  };
  uint8_t key[65], out[32];
  char text[70];
  memset(key, 'k', sizeof(key));
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    mg_hmac_sha256(out, key, rows[i].key_len, (uint8_t *)"msg", 3);
    mg_snprintf(text, sizeof(text), "%M", mg_print_hex, 32, out);
    CHECK_TEXT(text, rows[i].want);
  }
  mg_hmac_sha256(out, NULL, 0, NULL, 0);
  mg_snprintf(text, sizeof(text), "%M", mg_print_hex, 32, out);
  CHECK_TEXT(text, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");

  // Longer keys are hashed first, as the standard says.
  uint8_t hashed[32], direct[32];
  mg_sha256(hashed, key, 65);
  mg_hmac_sha256(direct, hashed, 32, (uint8_t *)"msg", 3);
  mg_hmac_sha256(out, key, 65, (uint8_t *)"msg", 3);
  CHECK_BYTES(out, 32, direct, 32);
}

int main(void) {
  known();
  cuts();
  hmac();
  // 51: contexts are public and their sizes fixed.
  CHECK_INT(sizeof(mg_md5_ctx), 88);
  CHECK_INT(sizeof(mg_sha1_ctx), 92);
  mg_md5_ctx md5, zero;
  unsigned char out[16];
  memset(&zero, 0, sizeof(zero));
  mg_md5_init(&md5);
  mg_md5_update(&md5, (const unsigned char *)"secret", 6);
  mg_md5_final(&md5, out);
  CHECK_BYTES(&md5, sizeof(md5), &zero, sizeof(zero));
  return test_result();
}
