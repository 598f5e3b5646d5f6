import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import type { Engine } from "./engine.js";

/** What the routes need. */
export interface ServerContext {
  readonly app: FastifyInstance;
  readonly engine: Engine;
  /** Name of the model in /v2/models/NAME. */
  readonly modelName: string;
  /** Largest image file, in bytes. */
  readonly maxBytes: number;
  /** For bodies that the route reads itself: their schema appears in the OpenAPI document only. */
  readonly documentOnly: FastifySchemaCompiler<unknown>;
}
