import { anything, boolean, fields, listOf, number, optional, recordOf, type Rule, string, whole } from "@ltad/core/check";
import type { ServerOptions } from "./server.js";

const texts = optional(listOf(string));

/** What `ServerOptions` must be; what keys, certificates and limits say is looked at where they are read. */
export const serverRule = fields({
  bundle: optional(string),
  modelName: optional(string),
  models: optional(recordOf(string)),
  repository: optional(string),
  host: optional(string),
  port: optional(anything),
  grpcPort: optional(anything),
  processes: optional(whole(1)),
  threads: optional(whole(1)),
  falseAlarmRate: optional(anything),
  limits: optional(anything),
  maxBytes: optional(number(1)),
  maxPixels: optional(whole(1)),
  maxQueue: optional(whole(0)),
  timeout: optional(number(0)),
  requestTimeout: optional(number(0)),
  maxBytesInFlight: optional(number(1)),
  maxConnections: optional(whole(1)),
  allowedHosts: texts,
  corsOrigins: texts,
  apiKeys: texts,
  tls: optional(fields({ cert: anything, key: anything })),
  modelControl: optional(boolean),
  reloadInterval: optional(number(0)),
  tracing: optional(
    fields({
      url: string,
      headers: optional(recordOf(string)),
      resource: optional(recordOf(string)),
      share: optional(number(0, 1)),
      followsCaller: optional(boolean),
    }),
  ),
  logger: anything,
  worker: anything,
} satisfies Readonly<Record<keyof Required<ServerOptions>, Rule>>);
