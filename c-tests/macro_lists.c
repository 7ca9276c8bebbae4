// LIST_* macros (ch02 checklist 58, weak spot 29).
#include "mongoose.h"
#include "test.h"

struct item {
  struct item *next;
  int value;
};

static int digits(const struct item *item) {
  int n = 0;
  for (; item != NULL; item = item->next) n = n * 10 + item->value;
  return n;
}

int main(void) {
  struct item a = {NULL, 1}, b = {NULL, 2}, c = {NULL, 3}, stranger = {NULL, 9};
  struct item *list = NULL, **h = &list;  // an argument called `h` is fine

  LIST_DELETE(struct item, h, &stranger);
  CHECK_INT(digits(list), 0);
  LIST_ADD_TAIL(struct item, h, &a);
  CHECK_INT(digits(list), 1);
  LIST_ADD_HEAD(struct item, h, &b);
  LIST_ADD_TAIL(struct item, h, &c);
  CHECK_INT(digits(list), 213);

  LIST_DELETE(struct item, h, &stranger);
  CHECK_INT(digits(list), 213);
  LIST_DELETE(struct item, h, &a);
  CHECK_INT(digits(list), 23);
  CHECK_PTR(a.next, &c);  // the element's own link stays
  LIST_DELETE(struct item, h, &b);
  LIST_DELETE(struct item, h, &c);
  CHECK_PTR(list, NULL);
  if (list == NULL)
    LIST_ADD_HEAD(struct item, &list, &c);
  else
    CHECK(false);
  CHECK_INT(digits(list), 3);
  return test_result();
}
