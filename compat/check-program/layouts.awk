# From the output of `readelf --debug-dump=info FILE`, what DWARF says about structures of the library:
#
#   types   FILE                                  there are types in its debug information
#   layout  FILE  NAME  SIZE  MEMBER@OFFSET ...   with [COUNT] behind members that are arrays of interest

BEGIN {
  OFS = "\t"
  # The arrays whose length is an option.
  split("mg_connection.data mg_http_message.headers mg_dash_user.name", names, " ")
  for (i in names) is_option[names[i]] = 1
}

function end_struct() {
  if (struct == "") return
  total++
  name_of[total] = struct
  size_of[total] = struct_size
  members_of[total] = members
  struct = ""
}

# An entry with all its attributes has been read.
function end_entry() {
  if (tag == "") return
  if (struct != "" && depth <= struct_depth) end_struct()
  if (tag == "base_type" && !has_types++) print "types", file
  if ((tag == "structure_type" || tag == "union_type") && name ~ /^mg_/ && size != "") {
    struct = name
    struct_size = size
    struct_depth = depth
    is_union = tag == "union_type"
    members = ""
  } else if (tag == "member" && struct != "" && depth == struct_depth + 1) {
    members = members " " name "@" (is_union ? 0 : place)
    if ((struct "." name) in is_option) members = members "[" type "]"
  } else if (tag == "array_type") {
    array = offset
  } else if (tag == "subrange_type" && count != "") {
    elements[array] = count
  }
  tag = ""
}

# Types may come behind their use, so lengths of arrays are put in at the end.
function end_section(  i, part, n, text, words, reference) {
  end_entry()
  end_struct()
  for (i = 1; i <= total; i++) {
    n = split(members_of[i], words, " ")
    text = ""
    for (part = 1; part <= n; part++) {
      if (match(words[part], /\[.*\]$/)) {
        reference = substr(words[part], RSTART + 1, RLENGTH - 2)
        words[part] = substr(words[part], 1, RSTART - 1) "[" elements[reference] "]"
      }
      text = text (part > 1 ? " " : "") words[part]
    }
    if (!seen[file, name_of[i], text]++) print "layout", file, name_of[i], size_of[i], text
  }
  total = has_types = 0
  split("", elements)
}

# Each section counts its offsets from 0; type units have sections of their own. Split debug information
# is left alone: readelf 2.40 gets its names wrong.
/^Contents of the / {
  end_section()
  is_split = /\.dwo/
}
/^File: / {
  end_section()
  file = substr($0, 7)
}

is_split { next }

#  <1><2e>: Abbrev Number: 13 (DW_TAG_base_type)
/^ *<[0-9a-f]+><[0-9a-f]+>: Abbrev Number: / {
  end_entry()
  split($0, head, /[<>]/)
  depth = head[2] + 0
  offset = head[4]
  tag = $0
  if (!sub(/.*\(DW_TAG_/, "", tag)) tag = "end"
  sub(/\).*/, "", tag)
  name = size = type = count = place = ""
  next
}

#    <30>   DW_AT_name        : (indirect string, offset: 0x9fa): signed char
tag != "" && /^ *<[0-9a-f]+> +DW_AT_/ {
  attribute = $2
  sub(/:$/, "", attribute)
  value = $0
  sub(/^[^:]*: */, "", value)
  sub(/[ \t]+$/, "", value)
  # Remarks about the form; only some versions of readelf make them.
  while (sub(/^\([^)]*\):? */, "", value)) continue
  if (attribute == "DW_AT_name") {
    name = value
  } else if (attribute == "DW_AT_byte_size") {
    size = value
  } else if (attribute == "DW_AT_type") {
    gsub(/^<0x|>.*/, "", value)
    type = value
  } else if (attribute == "DW_AT_upper_bound") {
    count = value + 1
  } else if (attribute == "DW_AT_count") {
    count = value + 0
  } else if (attribute == "DW_AT_data_member_location") {
    # Before DWARF 3 it is an expression: 2 byte block: 23 8 (DW_OP_plus_uconst: 8)
    sub(/.*DW_OP_plus_uconst: /, "", value)
    place = value + 0
  }
}

END { end_section() }
