# From the output of `readelf -W -h -S -s -d FILE`, facts about FILE, or about each member of an archive:
#
#   machine       FILE  MACHINE, CLASS            an object file for this machine
#   linked        FILE                            an executable or shared object
#   asks          FILE  SONAME                    a shared library that it asks for
#   imports       FILE  SYMBOL                    mg_* symbol that it expects from elsewhere
#   defines       FILE  SYMBOL  FUNC|OBJECT|...   mg_* symbol that it brings
#   own           FILE                            has functions of other names
#   intermediate  FILE                            nothing but the compiler's intermediate code

BEGIN { OFS = "\t"; whole = file }

function finish() {
  if (machine != "" && (is_slim || has_lto && !has_code)) print "intermediate", file
  machine = ""
  has_lto = is_slim = has_code = has_own = 0
}

/^File: / {
  finish()
  file = substr($0, 7)
}
/^  Class: / { class = $2 }
/^  Type: / && $2 != "REL" { print "linked", file }
/^  Machine: / {
  machine = $0
  sub(/^  Machine: */, "", machine)
  print "machine", file, machine ", " class
}
/^  \[ *[0-9]+\] / && /\.gnu\.lto_/ { has_lto = 1 }
/\(NEEDED\)/ {
  gsub(/[][]/, "", $NF)
  print "asks", file, $NF
}

# Num: Value Size Type Bind Vis Ndx Name
$1 ~ /^[0-9]+:$/ && NF >= 8 && ($5 == "GLOBAL" || $5 == "WEAK") {
  if ($8 == "__gnu_lto_slim") is_slim = 1
  if ($8 !~ /^__gnu_lto/) has_code = 1
  if ($7 != "UND" && $4 == "FUNC" && $5 == "GLOBAL" && $8 !~ /^(_Z[0-9]+)?mg_/ && !has_own++)
    print "own", file
  if ($8 !~ /^mg_/) next
  name = $8
  sub(/@.*/, "", name)
  if ($7 != "UND") print "defines", file, name, $4
  else if ($5 == "GLOBAL") print "imports", file, name
}

END { finish() }
