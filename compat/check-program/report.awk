# From library.txt and the facts of symbols.awk and layouts.awk, the report of check-program.sh. The exit
# status is that of the script.

BEGIN { FS = "\t" }

# What the library has.
$1 == "provides" || $1 == "hook" { provided[$2] = 1 }
$1 == "hook" { replaceable[$2] = 1 }
$1 == "option" {
  options[++option_count] = $2
  usual[$2] = built[$2] = $3
  option_of[$4] = $2
}
$1 == "struct" {
  struct_size[$2] = $3
  struct_members[$2] = $4
}
$1 == "library" {
  library = $2
  sub(/\(.*/, "", library)
  library_machine = $3
}
$1 == "built" { read_layout_symbol($2, built) }

# What the program has.
$1 == "unreadable" { unreadable = append(unreadable, $2) }
$1 == "intermediate" { intermediate = append(intermediate, $2) }
$1 == "machine" { machines[$2] = $3 }
$1 == "linked" { linked[$2] = 1 }
$1 == "asks" && $3 ~ /mongoose/ { asks_for = $3 }
$1 == "types" { has_types[$2] = 1 }
$1 == "imports" && $3 ~ /^mg_needs_library_built_with/ {
  has_types[$2] = 1
  read_layout_symbol($3, wanted)
  for (i = 1; i <= option_count; i++) program_option($2, options[i], wanted[options[i]])
  next
}
$1 == "imports" { imports[++import_count] = $2 FS $3 }
$1 == "defines" && $3 !~ /^mg_(app_option_|needs_library)/ {
  defines[++define_count] = $2 FS $3 FS $4
  if ($4 == "FUNC" && ($3 in provided) && !($3 in replaceable)) has_library[$2] = 1
}
$1 == "own" { has_own[$2] = 1 }
$1 == "layout" && ($3 in struct_size) && machines[$2] ~ /ELF64/ { compare_layout($2, $3, $4, $5) }

function append(list, word) {
  if (index(" " list " ", " " word " ")) return list
  return list (list == "" ? "" : " ") word
}

# The values in mg_needs_library_built_with__MG_DATA_SIZE_32__...
function read_layout_symbol(symbol, values,  words, i, n) {
  n = split(symbol, words, "__")
  for (i = 2; i <= n; i++) {
    match(words[i], /_[0-9]+$/)
    values[substr(words[i], 1, RSTART - 1)] = substr(words[i], RSTART + 1)
  }
}

# An option that a file of the program was compiled with.
function program_option(file, option, value) {
  if ((option in program) && program[option] != value && conflict == "")
    conflict = option "=" program[option] " in " who[option] ", " value " in " file
  program[option] = value
  who[option] = file
}

# Up to the array whose length is an option members must be in place, behind it in order.
function compare_layout(file, name, size, members,  got, want, n, i, moved, value, option) {
  n = split(struct_members[name], want, " ")
  if (split(members, got, " ") != n) return foreign(file, name)
  for (i = 1; i <= n; i++) {
    option = option_of[name "." base(want[i])]
    if (option != "") {
      value = between_brackets(got[i])
      sub(/\[.*/, "", got[i])
      sub(/\[.*/, "", want[i])
    }
    if (moved || want[i] !~ /@/) {
      if (base(got[i]) != base(want[i])) return foreign(file, name)
    } else if (got[i] != want[i]) {
      return foreign(file, name)
    }
    if (option != "") {
      if (value == "") return
      program_option(file, option, value)
      moved = value != usual[option]
    }
  }
  if (!moved && size != struct_size[name]) foreign(file, name)
}

function base(member) {
  sub(/[@[].*/, "", member)
  return member
}

function between_brackets(member) {
  if (!match(member, /\[.*\]/)) return ""
  return substr(member, RSTART + 1, RLENGTH - 2)
}

function foreign(file, name) {
  if (other_release == "") other_release = "struct " name " of " file
}

# Why a symbol that is not there is not there.
function reason(symbol) {
  if (symbol ~ /^mg_(uecc|rsa|aes|gcm|chacha20|tls_x25519)/) return "private cryptography of MG_TLS_BUILTIN"
  if (symbol ~ /^mg_tcpip/) return "a network stack of its own, MG_ENABLE_TCPIP"
  return "not a function of 7.22"
}

# Sorts what the files define: their own symbols, replacements of the library's, and the library itself.
function look_at_definitions(  i, words) {
  for (i = 1; i <= define_count; i++) {
    split(defines[i], words, FS)
    if (words[1] in has_library) {
      if (words[1] in linked) inside = append(inside, words[1])
      else if (words[1] in has_own) merged = append(merged, words[1])
      else left_out = append(left_out, words[1])
    } else if ((words[1] in linked) && words[3] == "OBJECT" && (words[2] in provided)) {
      needs = append(needs, words[2])  # a copy that the dynamic linker fills
    } else {
      own[words[2]] = 1
      if (words[2] in replaceable) replaces = append(replaces, words[2])
    }
  }
}

function look_at_imports(  i, words) {
  for (i = 1; i <= import_count; i++) {
    split(imports[i], words, FS)
    if ((words[1] in has_library) || (words[2] in own)) continue
    if (words[2] in provided) {
      needs = append(needs, words[2])
      if (!(words[1] in has_types)) untyped = append(untyped, words[1])
    } else {
      lacks = append(lacks, words[2])
    }
  }
}

function look_at_machines(  file) {
  for (file in machines) {
    if (library_machine == "" || machines[file] == library_machine) continue
    if (other_machine == "" || file < other_machine) other_machine = file
  }
}

# A title, and words in lines of up to 100 columns.
function show(title, text,  words, n, i, line) {
  n = split(text, words, " ")
  for (i = 1; i <= n; i++) {
    if (line != "" && length(line " " words[i]) > 90) {
      printf "%-9s %s\n", title, line
      title = line = ""
    }
    line = line (line == "" ? "" : " ") words[i]
  }
  if (line != "") printf "%-9s %s\n", title, line
}

# The options as words for make, those that differ from the defaults if `only_unusual`.
function option_words(values, only_unusual,  i, list) {
  for (i = 1; i <= option_count; i++) {
    if (!(options[i] in values)) continue
    if (!only_unusual || values[options[i]] != usual[options[i]])
      list = append(list, options[i] "=" values[options[i]])
  }
  return list
}

function differs_from_library(  option) {
  for (option in program) if (program[option] != built[option]) return 1
  return 0
}

function say(sentence, code) {
  if (left_out != "") sub(/\.$/, ", without " left_out ".", sentence)
  print sentence
  status = code
}

function lacking(  words, n, i, text) {
  n = split(lacks, words, " ")
  for (i = 1; i <= n; i++) text = text (i > 1 ? ", " : "") words[i] " (" reason(words[i]) ")"
  return text
}

function verdict(  is_linked, file) {
  for (file in linked) is_linked = 1
  if (unreadable != "") {
    say("Can't be told: no object file: " unreadable ".", 2)
  } else if (intermediate != "") {
    say("Can't be told: compiled with -flto, there are no symbols in " intermediate \
        "; compile with -fno-lto to see them.", 2)
  } else if (other_machine != "") {
    say("Can't be relinked: " other_machine " is for " machines[other_machine] ", the library for " \
        library_machine "; recompile, or build the library for that machine.", 2)
  } else if (inside != "") {
    say("Can't be relinked: the library is inside " inside " already; link its objects again.", 2)
  } else if (merged != "") {
    say("Can't be relinked: the program and the library are one in " merged \
        "; recompile with the two drop-in files (compat/vendored).", 2)
  } else if (lacks != "") {
    say("Can't be relinked: needs " lacking() "; recompile without.", 2)
  } else if (other_release != "") {
    say("Can't be relinked: " other_release " is not that of 7.22; recompile.", 2)
  } else if (conflict != "") {
    say("Can't be relinked: its files disagree (" conflict "); recompile.", 2)
  } else if (needs == "") {
    say("Nothing here uses the library, as far as the symbols tell.", 2)
  } else if (is_linked && asks_for == "") {
    say("Can't be told: it loads no libmongoose, so something else that it loads has the library.", 2)
  } else if (differs_from_library()) {
    say("Relink after 'make" (option_words(program, 1) == "" ? "" : " " option_words(program, 1)) "'.", 1)
  } else if (untyped != "") {
    say("This program can be relinked if it was compiled with " option_words(built) \
        ": without debug information that can't be seen in " untyped ".", 0)
  } else if (is_linked) {
    say("This program can be run with the library's libmongoose.so, found as " asks_for ".", 0)
  } else {
    say("This program can be relinked.", 0)
  }
}

END {
  look_at_definitions()
  look_at_imports()
  look_at_machines()
  show("library", (library == "" ? "none found, default options assumed" : library) ": " option_words(built))
  show("needs", needs)
  show("replaces", replaces)
  show("lacks", lacks)
  show("layout", option_words(program))
  show("loads", asks_for)
  show("leave out", left_out == "" ? "" : left_out " (the library itself)")
  verdict()
  exit status
}
