import { z } from "zod";
import type { ServerContext } from "../context.js";
import type { ServedModel } from "../models/models.js";
import { protocolErrorSchema, statisticsSchema } from "../schemas.js";

const schema = {
  tags: ["open inference protocol v2"],
  response: { 200: statisticsSchema, "4xx": protocolErrorSchema, "5xx": protocolErrorSchema },
};
const named = z.object({ name: z.string() });

/** Triton's statistics extension. */
export function statisticsRoutes({ app, models }: ServerContext): void {
  app.get("/v2/models/stats", { schema: { ...schema, operationId: "getStatistics", summary: "Statistics of all models" } }, () => ({
    model_stats: models.all().map(statisticsOf),
  }));
  app.get<{ Params: { name: string } }>(
    "/v2/models/:name/stats",
    { schema: { ...schema, params: named, operationId: "getModelStatistics", summary: "Statistics of a model" } },
    ({ params: { name } }) => {
      models.find(name);
      return { model_stats: models.versions(name).map(statisticsOf) };
    },
  );
  app.get<{ Params: { name: string; version: string } }>(
    "/v2/models/:name/versions/:version/stats",
    {
      schema: {
        ...schema,
        params: named.extend({ version: z.string() }),
        operationId: "getModelStatisticsOfVersion",
        summary: "Statistics of one version",
      },
    },
    ({ params: { name, version } }) => ({ model_stats: [statisticsOf(models.find(name, version))] }),
  );
}

/** The statistics of one version, as the extension writes them. */
export function statisticsOf({ name, version, stats }: ServedModel): z.infer<typeof statisticsSchema>["model_stats"][number] {
  const { inferences, last, success, fail, queue, input, infer, output } = stats.snapshot();
  return {
    name,
    version,
    last_inference: last,
    inference_count: inferences,
    execution_count: inferences,
    inference_stats: { success, fail, queue, compute_input: input, compute_infer: infer, compute_output: output },
    batch_stats: [],
  };
}
