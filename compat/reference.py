"""A mongoose.h made from the ABI table alone: cbindgen and our own header have no part in it."""

import re

import abi

# What programs need of the macros; the table has their names only.
MACROS = """
#define MG_PATH_MAX FILENAME_MAX
#define MG_MAX_RECV_SIZE (3UL * 1024UL * 1024UL)
#define mg_str(s) mg_str_s(s)
#define mg_htons(x) mg_ntohs(x)
#define mg_htonl(x) mg_ntohl(x)
#define mg_htonll(x) mg_ntohll(x)
#define mg_log_set(level) mg_log_level = (level)
#define MG_ESC(str) mg_print_esc, 0, (str)
#define LIST_ADD_HEAD(type_, head_, elem_) \\
  do {                                     \\
    (elem_)->next = (*head_);              \\
    *(head_) = (elem_);                    \\
  } while (0)
#define LIST_DELETE(type_, head_, elem_)                       \\
  do {                                                         \\
    type_ **link_ = (head_);                                   \\
    while (*link_ != (elem_)) link_ = &(*link_)->next;         \\
    *link_ = (elem_)->next;                                    \\
  } while (0)
#define MG_DASH_ADD_FIELD_SET(dash_, set_) \\
  LIST_ADD_HEAD(struct mg_field_set, &(dash_)->sets, (set_))
#define MG_LOG(level, args)                               \\
  do {                                                    \\
    if ((level) <= mg_log_level) {                        \\
      mg_log_prefix((level), __FILE__, __LINE__, __func__); \\
      mg_log args;                                        \\
    }                                                     \\
  } while (0)
#define MG_ERROR(args) MG_LOG(MG_LL_ERROR, args)
#define MG_INFO(args) MG_LOG(MG_LL_INFO, args)
"""


def members_by_value(struct):
    """Structures that a structure contains, which must come before it."""
    for field in struct["fields"]:
        match = re.match(r"(?:struct|union) (\w+)(?:\[\d+\])?$", field["type"])
        if match:
            yield match.group(1)


def ordered_structs():
    """The structures, each after those it contains."""
    structs = {struct["name"]: struct for struct in abi.TABLE["structs"]}
    done = []

    def place(name):
        for inner in members_by_value(structs[name]):
            place(inner)
        if name not in done:
            done.append(name)

    for name in structs:
        place(name)
    return [structs[name] for name in done]


def struct_text(struct):
    lines = [f"{struct['kind']} {struct['name']} {{"]
    for field in struct["fields"]:
        if "bits" in field:
            lines.append(f"  {field['type']} {field['name']} : {field['bits']};")
        elif "unnamed" in field["type"]:
            union = abi.UNNAMED[struct["name"], field["name"]]
            lines.append(f"  {union} {field['name']};")
        else:
            lines.append(f"  {abi.declare(field['type'], field['name'])};")
    return "\n".join([*lines, "};"])


def enum_text(enum):
    values = ", ".join(f"{name} = {value}" for name, value in enum["values"])
    return f"enum {enum['name']} {{ {values} }};"


def header():
    """The text of the reference header."""
    parts = ["#ifndef REFERENCE_MONGOOSE_H", "#define REFERENCE_MONGOOSE_H"]
    parts += [f"#include <{name.split()[0]}>" for name in abi.TABLE["system_headers"]]
    parts += [f"#define {name} {value}" for name, value in abi.TABLE["constants"].items()]
    parts += [enum_text(enum) for enum in abi.TABLE["enums"]]
    structs = ordered_structs()
    parts += [f"{struct['kind']} {struct['name']};" for struct in structs]
    parts += [f"typedef {abi.declare(t['type'], t['name'])};" for t in abi.TABLE["typedefs"]]
    parts += [struct_text(struct) for struct in structs]
    parts += [f"extern {abi.declare(v['type'], v['name'])};" for v in abi.TABLE["variables"]]
    for function in abi.TABLE["functions"]:
        if function["declared"]:
            prototype = f"{function['name']}({abi.parameters(function)})"
            parts.append(f"{function['returns'].replace('_Bool', 'bool')} {prototype};")
    return "\n".join([*parts, MACROS, "#endif", ""])
