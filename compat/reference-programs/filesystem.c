// Files of the system and files packed into the program, through the functions and through the
// tables of function pointers.
#include "mongoose.h"
#include "test.h"

static void system_files(void) {
  struct mg_fs *fs = &mg_fs_posix;
  CHECK(mg_file_write(fs, "a.txt", "hello", 5));
  CHECK(mg_file_printf(fs, "b.txt", "%d %s", 1, "two"));
  struct mg_str text = mg_file_read(fs, "b.txt");
  CHECK_STR(text, "1 two");
  mg_free(text.buf);

  size_t size = 0;
  time_t mtime = 0;
  CHECK_INT(fs->st("a.txt", &size, &mtime) & MG_FS_READ, MG_FS_READ);
  CHECK_INT(size, 5);
  CHECK(mtime > 1000000000);

  struct mg_fd *fd = mg_fs_open(fs, "a.txt", MG_FS_READ);
  char buf[10] = "";
  CHECK_PTR(fd->fs, fs);
  CHECK_INT(fs->sk(fd->fd, 1), 1);
  CHECK_INT(fs->rd(fd->fd, buf, sizeof(buf)), 4);
  CHECK_TEXT(buf, "ello");
  mg_fs_close(fd);

  char name[50] = "";
  int seen = 0;
  while (mg_fs_ls(fs, ".", name, sizeof(name))) {
    seen += strcmp(name, "a.txt") == 0 || strcmp(name, "b.txt") == 0;
  }
  CHECK_INT(seen, 2);
  CHECK(fs->rm("a.txt"));
  CHECK_PTR(mg_file_read(fs, "a.txt").buf, NULL);
}

static void packed_files(void) {
  static const struct mg_mem_file files[] = {
      {"/web/index.html", (const unsigned char *)"<p>hi", 5, 1700000000},
      {NULL, NULL, 0, 0},
  };
  CHECK_PTR(mg_mem_files, NULL);
  mg_mem_files = files;
  CHECK_PTR(mg_unpacked("/web/index.html").buf, files[0].data);
  CHECK_INT(mg_unpacked("/web/none").len, 0);
  time_t mtime = 0;
  CHECK_INT(mg_fs_packed.st("/web/index.html", NULL, &mtime), MG_FS_READ);
  CHECK_INT(mtime, 1700000000);
  struct mg_str text = mg_file_read(&mg_fs_packed, "/web/index.html");
  CHECK_STR(text, "<p>hi");
  mg_free(text.buf);
}

int main(void) {
  system_files();
  packed_files();
  return test_result();
}
