import { logVerbosity, type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall, setLogVerbosity } from "@grpc/grpc-js";
import { version } from "@ltad/core";
import { toHttpError } from "../http-error.js";
import { createKeyCheck } from "../http/api-keys.js";
import type { Models } from "../models/models.js";
import { infer } from "../protocol/infer.js";
import { metadataOf, serverMetadata } from "../protocol/metadata.js";
import { changeModel, repositoryIndex } from "../protocol/repository-routes.js";
import { statisticsOf } from "../protocol/statistics-routes.js";
import type { RequestTrace, Tracing } from "../tracing/tracing.js";
import type { InferRequestMessage } from "./messages.js";
import { Connections } from "./connections.js";
import { createDoor } from "./door.js";
import { grpcStatus } from "./grpc-codes.js";
import { inferenceService } from "./protocol.js";
import { createSending } from "./sending.js";
import { tracedCall } from "./traced-call.js";
import { fromMessage, toMessage } from "./translate.js";

export interface GrpcOptions {
  readonly models: Models;
  readonly host: string;
  readonly port: number;
  readonly modelControl: boolean;
  readonly apiKeys?: readonly string[];
  readonly maxBytes?: number;
  /** Bytes of all messages together that are on their way to the server, and of all answers; 256 MiB each. */
  readonly maxBytesInFlight?: number;
  /** Milliseconds in which a message must have come, and in which an answer must have been read; 60,000. */
  readonly requestTimeout?: number;
  /** Connections at the same time; 1,000. */
  readonly maxConnections?: number;
  readonly tracing?: Tracing | undefined;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

/** A gRPC server that answers. */
export interface RunningGrpc {
  readonly address: string;
  /** Answers what has come; cuts it off after the milliseconds given. */
  close(patience: number): Promise<void>;
}

/** Calls at the same time on one connection. */
const mostCalls = 64;
/** Milliseconds after which a connection without calls is closed. Clients open another one when they need it. */
const mostIdle = 300_000;

/** Serves the Open Inference Protocol over gRPC. @throws LtadError `LTAD_CONFIG` when the port cannot be used */
export async function startGrpc(options: GrpcOptions): Promise<RunningGrpc> {
  const { host, port, maxBytes = 32 * 2 ** 20, maxBytesInFlight = 256 * 2 ** 20, maxConnections = 1000 } = options;
  const { requestTimeout = 60_000, apiKeys, tls } = options;
  const checkKey = createKeyCheck(apiKeys);
  const connections = new Connections(maxConnections);
  setLogVerbosity(logVerbosity.NONE); // it would print; what matters comes as errors
  const server = new Server({
    "grpc.max_receive_message_length": maxBytes + 65_536,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": mostCalls,
    "grpc.max_connection_idle_ms": mostIdle,
    interceptors: [
      createSending({ maxBytesInFlight, timeout: requestTimeout, connections }),
      createDoor({
        most: Math.max(1, Math.floor(maxBytesInFlight / maxBytes)),
        timeout: requestTimeout,
        check(metadata) {
          const [authorization, key] = ["authorization", "x-api-key"].map((one) => metadata.get(one)[0]?.toString());
          checkKey?.({ authorization, "x-api-key": key });
        },
      }),
    ],
  });
  server.addService(inferenceService(), handlers(options));
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }])
    : ServerCredentials.createInsecure();
  const injector = server.createConnectionInjector(credentials);
  const bound = await connections.listen(host, port, (socket) => injector.injectConnection(socket));
  return {
    address: `${host.includes(":") ? `[${host}]` : host}:${bound}`,
    close: (patience) =>
      new Promise((resolve) => {
        connections.stop();
        const cut = setTimeout(() => connections.end(), patience);
        server.tryShutdown(() => {
          clearTimeout(cut);
          connections.end();
          resolve();
        });
      }),
  };
}

type Call<In> = ServerUnaryCall<In, unknown>;
type Handler<In> = (call: Call<In>) => unknown;
interface Named {
  readonly name: string;
  readonly version: string;
}

function handlers({ models, modelControl, tracing }: GrpcOptions) {
  const change = (action: "load" | "unload") =>
    answering<{ model_name: string; parameters: object }>(async ({ request }) => {
      await changeModel({ models, modelControl }, action, request.model_name, request.parameters);
      return {};
    });
  return {
    ServerLive: answering(() => ({ live: true })),
    ServerReady: answering(() => ({ ready: models.ready() })),
    ModelReady: answering<Named>(({ request: { name, version: wanted } }) => ({
      ready: models.find(name, wanted).engine?.ready() ?? false,
    })),
    ServerMetadata: answering(() => ({ ...serverMetadata, version })),
    ModelMetadata: answering<Named>(({ request: { name, version: wanted } }) => metadataOf(models, models.find(name, wanted))),
    ModelInfer: answering<InferRequestMessage>((call) =>
      tracing ? tracedCall(tracing, call, (trace) => inferCall(models, call, trace)) : inferCall(models, call),
    ),
    ModelStatistics: answering<Named>(({ request: { name, version: wanted } }) => {
      const all = name === "" ? models.all() : wanted ? [models.find(name, wanted)] : (models.find(name), models.versions(name));
      return { model_stats: all.map(statisticsOf) };
    }),
    RepositoryIndex: answering<{ ready: boolean }>(({ request: { ready } }) => ({ models: repositoryIndex(models, ready) })),
    RepositoryModelLoad: change("load"),
    RepositoryModelUnload: change("unload"),
  };
}

async function inferCall(models: Models, call: Call<InferRequestMessage>, trace?: RequestTrace) {
  const { request } = call;
  const ticket = models.admit(request.model_name, request.model_version || undefined);
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  try {
    const outputs = await infer(ticket, fromMessage(request), () => true, { signal: gone.signal, trace });
    return toMessage({ model_name: ticket.model.name, model_version: ticket.model.version, id: request.id }, outputs);
  } finally {
    ticket.place.release();
  }
}

function answering<In>(handler: Handler<In>) {
  return (call: Call<In>, callback: sendUnaryData<unknown>): void => void answer(handler, call, callback);
}

async function answer<In>(handler: Handler<In>, call: Call<In>, callback: sendUnaryData<unknown>): Promise<void> {
  try {
    callback(null, await handler(call));
  } catch (error) {
    callback(grpcStatus(toHttpError(error)));
  }
}
