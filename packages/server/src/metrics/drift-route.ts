import { z } from "zod";
import type { ServerContext } from "../context.js";
import { driftSchema, errorSchema } from "../schemas.js";

/** GET /drift: whether the light, the camera or the product has changed, for each class that had an image. */
export function driftRoute({ app, models, metrics }: ServerContext): void {
  app.get<{ Querystring: { model?: string | undefined } }>(
    "/drift",
    {
      schema: {
        operationId: "getDrift",
        summary: "Do recent images differ from good ones?",
        description: "The last 50 images of each class, compared with the good images that the model knows.",
        tags: ["predict"],
        querystring: z.object({ model: z.string().max(100).optional().describe("name of the model; the first one if omitted") }),
        response: { 200: driftSchema, "4xx": errorSchema },
      },
    },
    ({ query }) => {
      const { name } = models.find(query.model ?? models.first);
      const classes = metrics.drift(name).map(({ isDrifting, ...rest }) => ({ ...rest, is_drifting: isDrifting }));
      return { model: name, classes };
    },
  );
}
