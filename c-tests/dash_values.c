// Chapter 06, checklist 13, 14, 16 to 21, section 9, 19: whatever is in the variables, the answer is
// JSON, and whatever comes in is stored as it is meant or not at all.
#include <math.h>

#include "dash.h"

static double number;
static char text[8] = "a\x01\"\x1f", raw[20];
static int wrong_size = 5;
static struct mg_field fields[] = {{"n", MG_VAL_DBL, &number, sizeof(number)},
                                   {"t", MG_VAL_STR, text, sizeof(text)},
                                   {"w", MG_VAL_INT, &wrong_size, 2},
                                   {NULL, MG_VAL_INT, NULL, 0}};
static struct mg_field raw_fields[] = {{"any", MG_VAL_RAW, raw, sizeof(raw)},
                                       {NULL, MG_VAL_INT, NULL, 0}};
static struct mg_field_set set = {"v", fields, NULL, NULL, NULL, NULL};
static struct mg_field_set raw_set = {"r", raw_fields, NULL, NULL, NULL, NULL};

int main(void) {
  struct mg_dash dash;
  CHECK_INT(sizeof(struct mg_field), 32);
  CHECK_INT(sizeof(struct mg_field_set), 48);
  CHECK_INT(sizeof(struct mg_dash_user), 88);
  CHECK_INT(sizeof(struct mg_dash), 48);
  CHECK_INT(sizeof(struct mg_dash_custom_handler), 40);
  memset(&dash, 0, sizeof(dash));
  MG_DASH_ADD_FIELD_SET(&dash, &set);
  MG_DASH_ADD_FIELD_SET(&dash, &raw_set);
  CHECK_PTR(dash.sets, &raw_set);
  struct mg_connection *l = peer_serve(mg_dash_ev_handler, &dash);

  number = (double)NAN;
  CHECK_ANSWER(dash_ask(l, "GET /api/get HTTP/1.1"), 200,
               "{\"r\":{\"any\":null},\"v\":{\"n\":null,\"t\":\"a\\u0001\\\"\\u001f\",\"w\":5}}\n");
  number = (double)-INFINITY;
  strcpy(text, "ok");
  CHECK_ANSWER(dash_ask(l, "GET /api/get/v HTTP/1.1"), 200, "{\"n\":null,\"t\":\"ok\",\"w\":5}\n");

  CHECK_ANSWER(dash_post(l, "/api/set", "{\"v\":{\"t\":\"12345678\"}}"), 200, "0\n");
  CHECK_ANSWER(dash_post(l, "/api/set", "{\"v\":{\"t\":\"x\\q\"}}"), 200, "0\n");
  CHECK_TEXT(text, "ok");
  CHECK_ANSWER(dash_post(l, "/api/set", "{\"v\":{\"t\":\"\\u20ac 12\",\"n\":2.5}}"), 200, "2\n");
  CHECK_TEXT(text, "\xe2\x82\xac 12");
  CHECK_ANSWER(dash_post(l, "/api/set", "{\"v\":{\"w\":7}}"), 200, "0\n");
  CHECK_INT(wrong_size, 5);

  CHECK_ANSWER(dash_post(l, "/api/set", "{\"r\":{\"a\":[1,2,3]}}"), 200, "1\n");
  CHECK_ANSWER(dash_post(l, "/api/set", "{\"r\":[1,2,3,4,5,6,7,8,9,10]}"), 200, "0\n");
  CHECK_ANSWER(dash_ask(l, "GET /api/get/r HTTP/1.1"), 200, "{\"any\":{\"a\":[1,2,3]}}\n");

  peer_end();
  return test_result();
}
