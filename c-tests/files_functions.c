// Chapter 03, 57-59: reading and writing whole files, listing, flags of mg_fs_posix.op; section
// 3.12, 45-47.
// History: a9df523f-files | files are created exclusively, old content survives a failure
#include "files_dir.h"

// Names in the test's directory, hidden ones too, in one string.
static int count_entries(const char *dir, const char *containing) {
  char name[300] = "";
  int n = 0;
  while (mg_fs_ls(&mg_fs_posix, files_path(dir), name, sizeof(name))) {
    n += strstr(name, containing) != NULL;
  }
  CHECK_TEXT(name, "");
  return n;
}

static void whole(void) {
  struct mg_fs *fs = &mg_fs_posix;
  CHECK(mg_file_write(fs, files_path("a.txt"), "one\0two", 7));
  struct mg_str s = mg_file_read(fs, files_path("a.txt"));
  CHECK_BYTES(s.buf, s.len + 1, "one\0two", 8);
  mg_free(s.buf);
  CHECK(mg_file_write(fs, files_path("a.txt"), NULL, 0));
  s = mg_file_read(fs, files_path("a.txt"));
  CHECK(s.buf != NULL && s.len == 0 && s.buf[0] == '\0');
  mg_free(s.buf);
  s = mg_file_read(fs, files_path("none.txt"));
  CHECK(s.buf == NULL && s.len == 0);
  s = mg_file_read(fs, files_path(""));  // a directory
  CHECK(s.buf == NULL && s.len == 0);

  CHECK(mg_file_printf(fs, files_path("p.txt"), "%m: %d", MG_ESC("n"), 5));
  CHECK_TEXT(files_content("p.txt"), "\"n\": 5");
  CHECK(mg_file_printf(fs, files_path("p.txt"), "%s", ""));
  CHECK_TEXT(files_content("p.txt"), "");
  CHECK(mg_file_printf(fs, files_path("p.txt"), ""));
  CHECK_TEXT(files_content("p.txt"), "");

  CHECK(!mg_file_write(fs, files_path("none/a.txt"), "x", 1));
  char longer[MG_PATH_MAX + 10];
  memset(longer, 'x', sizeof(longer) - 1);
  longer[sizeof(longer) - 1] = '\0';
  CHECK(!mg_file_write(fs, longer, "x", 1));

  // A directory with something in it stays, and no temporary file does.
  files_make_dir("full");
  files_make("full/kept", "kept");
  CHECK(!mg_file_write(fs, files_path("full"), "x", 1));
  CHECK_TEXT(files_content("full/kept"), "kept");
  CHECK_INT(count_entries("", ".."), 0);
}

static int op_flags;

static void *exclusive_op(const char *path, int flags) {
  op_flags = flags;
  return mg_fs_posix.op(path, flags);
}
static size_t short_wr(void *fd, const void *buf, size_t len) {
  return mg_fs_posix.wr(fd, buf, len / 2);
}
// Like that of FAT, which does not rename over a file.
static bool fat_mv(const char *from, const char *to) {
  size_t a = strlen(from), b = strlen(to);
  CHECK(strncmp(from, to, a < b ? a : b) == 0);  // in the same directory
  return mg_fs_posix.st(to, NULL, NULL) == 0 && mg_fs_posix.mv(from, to);
}

// When writing fails, the content from before is still there and no temporary file is.
static void failing_write(void) {
  struct mg_fs fs = mg_fs_posix;
  files_make("old.txt", "old");
  fs.op = exclusive_op;
  fs.wr = short_wr;
  CHECK(!mg_file_write(&fs, files_path("old.txt"), "newer", 5));
  CHECK((op_flags & MG_FS_EXCL) != 0);
  CHECK_TEXT(files_content("old.txt"), "old");
  CHECK_INT(count_entries("", "old"), 1);
  fs.wr = mg_fs_posix.wr;
  fs.mv = fat_mv;
  CHECK(mg_file_write(&fs, files_path("old.txt"), "newer", 5));
  CHECK_TEXT(files_content("old.txt"), "newer");
  CHECK_INT(count_entries("", "old"), 1);
}

static void listing(void) {
  char name[300] = "", tiny[3] = "";
  int n = 0;
  files_make_dir("list");
  CHECK(!mg_fs_ls(&mg_fs_posix, files_path("list"), name, sizeof(name)));
  files_make("list/one", "");
  files_make("list/two", "");
  files_make("list/.three", "");
  bool seen[3] = {false, false, false};
  while (mg_fs_ls(&mg_fs_posix, files_path("list"), name, sizeof(name)) && n < 10) {
    n++;
    if (strcmp(name, "one") == 0) seen[0] = true;
    if (strcmp(name, "two") == 0) seen[1] = true;
    if (strcmp(name, ".three") == 0) seen[2] = true;
  }
  CHECK_INT(n, 3);
  CHECK(seen[0] && seen[1] && seen[2]);
  CHECK_TEXT(name, "");
  // Names that do not fit, or are gone, end the walk (3.12, 47).
  for (n = 0; mg_fs_ls(&mg_fs_posix, files_path("list"), tiny, sizeof(tiny)) && n < 10;) n++;
  CHECK(n < 10);
  mg_snprintf(name, sizeof(name), "vanished");
  CHECK(!mg_fs_ls(&mg_fs_posix, files_path("list"), name, sizeof(name)));
  name[0] = '\0';
  CHECK(!mg_fs_ls(&mg_fs_posix, files_path("none"), name, sizeof(name)));
}

static void members(void) {
  struct mg_fs *fs = &mg_fs_posix;
  char buf[20];
  size_t size = 0;
  time_t mtime = 0;
  CHECK(fs->op(files_path("new.txt"), MG_FS_READ) == NULL);
  CHECK(!files_exists("new.txt"));
  void *fd = fs->op(files_path("new.txt"), MG_FS_WRITE);
  CHECK_INT(fs->wr(fd, "abc", 3), 3);
  fs->cl(fd);
  fd = fs->op(files_path("new.txt"), MG_FS_READ | MG_FS_WRITE);
  CHECK_INT(fs->wr(fd, "def", 3), 3);
  fs->cl(fd);
  CHECK_TEXT(files_content("new.txt"), "abcdef");
  CHECK(fs->op(files_path("new.txt"), MG_FS_WRITE | MG_FS_EXCL) == NULL);
  fd = fs->op(files_path("excl.txt"), MG_FS_EXCL);
  CHECK(fd != NULL);
  fs->cl(fd);
  CHECK(files_exists("excl.txt"));

  fd = fs->op(files_path("new.txt"), MG_FS_READ);
  CHECK_INT(fs->rd(fd, buf, 2), 2);
  CHECK_INT(fs->sk(fd, 4), 4);
  CHECK_INT(fs->rd(fd, buf, 20), 2);
  CHECK_BYTES(buf, 2, "ef", 2);
  CHECK_INT(fs->rd(fd, buf, 20), 0);
  fs->cl(fd);
  CHECK_INT(fs->st(files_path("new.txt"), &size, &mtime), MG_FS_READ | MG_FS_WRITE);
  CHECK_INT(size, 6);
  CHECK(mtime > 0);
  CHECK_INT(fs->st(files_path(""), NULL, NULL), MG_FS_READ | MG_FS_WRITE | MG_FS_DIR);
  CHECK_INT(fs->st(files_path("none"), NULL, NULL), 0);
  CHECK(fs->mv(files_path("new.txt"), files_path("moved.txt")));
  CHECK(!fs->mv(files_path("new.txt"), files_path("moved.txt")));
  CHECK(fs->rm(files_path("moved.txt")));
  CHECK(!fs->rm(files_path("moved.txt")));
  CHECK(fs->mkd(files_path("made")));
  CHECK(!fs->mkd(files_path("made")));
  CHECK(fs->rm(files_path("made")));

  struct mg_fd *file = mg_fs_open(fs, files_path("excl.txt"), MG_FS_READ);
  CHECK(file != NULL && file->fs == fs && file->fd != NULL);
  mg_fs_close(file);
  CHECK(mg_fs_open(fs, files_path("none"), MG_FS_READ) == NULL);
  mg_fs_close(NULL);
}

int main(void) {
  mg_log_set(MG_LL_NONE);
  int before = files_open_count();
  whole();
  failing_write();
  listing();
  members();
  CHECK_INT(files_open_count(), before);
  return test_result();
}
