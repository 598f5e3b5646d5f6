import * as z from "zod";
import { configSchema } from "./config-schema.js";

/**
 * The settings as a JSON Schema (draft 2020-12), for editors that check a config file as you type. A file contains only what differs from its preset,
 * so no key is required.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, {
    io: "input",
    override: ({ jsonSchema }) => void delete jsonSchema.required,
  });
  const description = "Settings of `ltad train --config`, as they differ from the preset.";
  return { $schema, title: "LTAD training settings", description, ...schema };
}
