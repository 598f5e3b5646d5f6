import { readFileSync } from "node:fs";
import { loadPackageDefinition, type ServiceDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import protobuf from "protobufjs";

const text = readFileSync(new URL("open_inference.proto", import.meta.url), "utf8");

/** The service of the protocol, from its .proto file. Names stay as they are there; whole numbers of 64 bits are numbers. */
export function inferenceService(): ServiceDefinition {
  const { root } = protobuf.parse(text, { keepCase: true });
  const definition = fromJSON(root.toJSON(), { keepCase: true, longs: Number, defaults: true, oneofs: true, arrays: true });
  const { inference } = loadPackageDefinition(definition) as unknown as {
    inference: { GRPCInferenceService: { service: ServiceDefinition } };
  };
  return inference.GRPCInferenceService.service;
}
