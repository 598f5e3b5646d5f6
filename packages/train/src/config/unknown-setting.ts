import leven from "leven";
import * as z from "zod";
import { configSchema } from "./config-schema.js";

/**
 * What to say about a key that no setting has: the nearest one, and those that there are beside it.
 * @param path of the key
 * @param values the whole config, whose `kind`s decide which settings a section has
 */
export function unknownSetting(path: readonly PropertyKey[], values: unknown): string {
  const section = path.slice(0, -1);
  const key = String(path.at(-1));
  const known = Object.keys(shapeAt(section, values));
  const dotted = asSection(section, key, values);
  if (dotted !== undefined) return `there is no such setting; ${dotted}.`;
  const near = nearest(key, known) ?? elsewhere(key, values);
  const list = known.length === 0 ? "" : ` ${section.length === 0 ? "The config" : section.join(".")} has ${known.join(", ")}.`;
  return `there is no such setting${near === undefined ? "; check its spelling." : `; did you mean ${near}?`}${list}`;
}

/** The name that differs by at most a third of its letters. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: leven(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** How to write a key that is the path of a setting, as with `--set`: `detect.steps`. */
function asSection(section: readonly PropertyKey[], key: string, values: unknown): string | undefined {
  const parts = key.split(".");
  const name = parts.pop()!;
  if (parts.length === 0 || !Object.hasOwn(shapeAt([...section, ...parts], values), name)) return undefined;
  const value = JSON.stringify(valueOf(values, [...section, key]));
  return `write ${parts.map((part) => `${part}:`).join(" and below it ")} and below it ${name}: ${value}`;
}

function valueOf(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key], values);
}

/** The same key in other sections, with its path; a key with dots may have been meant as a path. */
function elsewhere(key: string, values: unknown): string | undefined {
  const name = key.split(".").at(-1)!;
  const places = Object.keys(configSchema.shape).flatMap((section) => {
    const found = nearest(name, Object.keys(shapeAt([section], values)));
    return found === undefined ? [] : [`${section}.${found}`];
  });
  return places.length === 0 ? undefined : places.join(" or ");
}

/** The settings of a section; none where it is a single value. */
function shapeAt(path: readonly PropertyKey[], values: unknown): Readonly<Record<string, unknown>> {
  let schema: unknown = configSchema;
  let value = values;
  for (const key of path) {
    schema = shapeOf(schema, value)[String(key)];
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  }
  return shapeOf(schema, value);
}

function shapeOf(schema: unknown, value: unknown): Readonly<Record<string, unknown>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return {};
  const kind = (value as { readonly kind?: unknown } | undefined)?.kind;
  const option = schema.options.find((one) => (one as z.ZodObject).shape["kind"]?.safeParse(kind).success);
  return option ? shapeOf(option, value) : {};
}
