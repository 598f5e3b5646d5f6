"""Writes the .proto file of the Open Inference Protocol from the descriptors that tritonclient publishes.

    pip install "tritonclient[grpc]==2.73.0" && python write_proto.py > open_inference.proto

The messages and field numbers are those of the protocol and of Triton's extensions; only what this server has is written.
"""
from google.protobuf.descriptor import FieldDescriptor as F
from tritonclient.grpc import service_pb2

METHODS = [
    "ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer",
    "ModelStatistics", "RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload",
]
NAMES = {getattr(F, name): name[5:].lower() for name in dir(F) if name.startswith("TYPE_")}

file = service_pb2.DESCRIPTOR
service = file.services_by_name["GRPCInferenceService"]
lines, seen = [], set()


def local(message, within):
    """The name of a message as seen from another: nested ones need no prefix."""
    return message.full_name.removeprefix(within.full_name + ".").removeprefix("inference.")


def field(one, message, indent):
    entry = one.message_type if one.type == F.TYPE_MESSAGE else None
    if entry is not None and entry.GetOptions().map_entry:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        value_type = local(value.message_type, message) if value.message_type else NAMES[value.type]
        return f"{indent}map<{NAMES[key.type]}, {value_type}> {one.name} = {one.number};"
    kind = local(entry, message) if entry else NAMES[one.type]
    repeated = "repeated " if one.is_repeated else ""
    return f"{indent}{repeated}{kind} {one.name} = {one.number};"


def write(message, depth=0):
    indent = "  " * depth
    lines.append(f"{indent}message {message.name} {{")
    for nested in message.nested_types:
        if not nested.GetOptions().map_entry:
            write(nested, depth + 1)
    for oneof in message.oneofs:
        lines.append(f"{indent}  oneof {oneof.name} {{")
        lines.extend(field(one, message, indent + "    ") for one in oneof.fields)
        lines.append(f"{indent}  }}")
    lines.extend(field(one, message, indent + "  ") for one in message.fields if one.containing_oneof is None)
    lines.append(f"{indent}}}" + ("\n" if depth == 0 else ""))


def top(message):
    while message.containing_type is not None:
        message = message.containing_type
    return message


def collect(message, found):
    message = top(message)
    if message.full_name in found:
        return
    found[message.full_name] = message
    queue = [message, *message.nested_types]
    for one in queue:
        for part in one.fields:
            if part.message_type is not None:
                queue.extend(n for n in part.message_type.nested_types if n not in queue)
                if part.message_type.GetOptions().map_entry:
                    value = part.message_type.fields_by_name["value"].message_type
                    if value is not None:
                        collect(value, found)
                else:
                    collect(part.message_type, found)


found = {}
for name in METHODS:
    method = service.methods_by_name[name]
    collect(method.input_type, found)
    collect(method.output_type, found)

print("// The Open Inference Protocol, version 2, over gRPC, with Triton's extensions for statistics and the model repository.")
print("// Written by tools/reference/server/write_proto.py from the descriptors of tritonclient 2.73.0 (NVIDIA, BSD-3-Clause).")
print('syntax = "proto3";\n\npackage inference;\n')
print("service GRPCInferenceService {")
for name in METHODS:
    method = service.methods_by_name[name]
    print(f"  rpc {name}({method.input_type.name}) returns ({method.output_type.name}) {{}}")
print("}\n")
for message in found.values():
    write(message)
print("\n".join(lines).rstrip())
