import { LtadError } from "@ltad/core";
import * as z from "zod";

const quantization = z
  .looseObject({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() })
  .refine(({ dtype, scale, min }) => !dtype.startsWith("uint") || (scale !== undefined && min !== undefined), "expected scale and min");
const weight = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.string(),
  quantization: quantization.optional(),
});
const node = z.looseObject({ name: z.string(), op: z.string(), input: z.array(z.string()).optional() });

/** The fields of a TF.js graph model's `model.json` that are read. */
const schema = z.looseObject({
  modelTopology: z.looseObject({ node: z.array(node) }),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weight) })),
});

export type GraphJson = z.infer<typeof schema>;
export type WeightEntry = z.infer<typeof weight>;

/**
 * Checks the content of `model.json`.
 * @param source what errors call the file
 * @throws LtadError `LTAD_WEIGHTS` naming the field that is not valid
 */
export function parseGraphJson(json: unknown, source: string): GraphJson {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  throw new LtadError("LTAD_WEIGHTS", `${source}: model.json: ${path.join(".")}: ${message}. Copy it from the model again.`, {
    cause: parsed.error,
    details: { source },
  });
}
