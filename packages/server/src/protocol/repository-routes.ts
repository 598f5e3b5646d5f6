import { isLtadError } from "@ltad/core";
import { z } from "zod";
import type { ServerContext } from "../context.js";
import { HttpError } from "../http-error.js";
import type { Models } from "../models/models.js";
import { protocolErrorSchema, repositoryIndexSchema } from "../schemas.js";
import { parseJson } from "./parse-json.js";

const tags = ["open inference protocol v2"];
const errors = { "4xx": protocolErrorSchema, "5xx": protocolErrorSchema };
const params = z.object({ name: z.string() });
const unchecked = { validatorCompiler: () => (value: unknown) => ({ value }), config: { maxBody: 65_536 } };

/** Triton's extension for the model repository: what there is; load and unload by name. */
export function repositoryRoutes({ app, models, modelControl }: ServerContext): void {
  app.post(
    "/v2/repository/index",
    {
      ...unchecked,
      schema: { operationId: "getRepositoryIndex", summary: "All models", tags, response: { 200: repositoryIndexSchema, ...errors } },
    },
    ({ body }) => repositoryIndex(models, fieldsOf(body)["ready"] === true),
  );
  for (const action of ["load", "unload"] as const) {
    app.post<{ Params: { name: string } }>(
      `/v2/repository/models/:name/${action}`,
      {
        ...unchecked,
        schema: {
          operationId: `${action}Model`,
          summary: `${action === "load" ? "Load" : "Unload"} a model`,
          params,
          tags,
          response: { 200: z.object({}), ...errors },
        },
      },
      async ({ params: { name }, body }) => {
        const { parameters } = fieldsOf(body);
        await changeModel({ models, modelControl }, action, name, parameters);
        return {};
      },
    );
  }
}

/**
 * Loads or unloads a model for a client.
 * @param parameters Triton's, which may replace the files of a model; refused
 * @throws HttpError `LTAD_FORBIDDEN`, `LTAD_NOT_FOUND`; `LTAD_REQUEST` when its bundle cannot be opened
 */
export async function changeModel(
  { models, modelControl }: Pick<ServerContext, "models" | "modelControl">,
  action: "load" | "unload",
  name: string,
  parameters?: unknown,
): Promise<void> {
  if (!modelControl)
    throw new HttpError(
      "LTAD_FORBIDDEN",
      "Clients may not load and unload models of this server. Its operator can allow it (model control).",
    );
  if (action === "load" && !isNone(parameters))
    throw new HttpError("LTAD_REQUEST", "parameters: a model is loaded as it is on disk; expected none.");
  try {
    await models[action](name);
  } catch (error) {
    if (error instanceof HttpError || !isLtadError(error)) throw error;
    // The words may name folders of this machine, and are in the log.
    throw new HttpError("LTAD_REQUEST", `The model ${name} cannot be loaded; the log of the server says why.`, { cause: error });
  }
}

/** What there is. A reason may name folders of this machine, so that clients read a shorter one. */
export function repositoryIndex(models: Models, onlyReady = false): z.infer<typeof repositoryIndexSchema> {
  const all = models.all().map(({ name, version, engine, reason }) => ({
    name,
    version,
    state: engine?.ready() ? ("READY" as const) : ("UNAVAILABLE" as const),
    reason: reason === "" || reason === "unloaded" ? reason : "the bundle on disk cannot be loaded; the log of the server says why",
  }));
  return onlyReady ? all.filter(({ state }) => state === "READY") : all;
}

/** Clients may send no parameters as an empty object or null. */
function isNone(parameters: unknown): boolean {
  return parameters === undefined || parameters === null || (typeof parameters === "object" && Object.keys(parameters).length === 0);
}

function fieldsOf(body: unknown): Record<string, unknown> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  const json = parseJson(body);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new HttpError("LTAD_REQUEST", "Expected a JSON object, or no body.");
}
