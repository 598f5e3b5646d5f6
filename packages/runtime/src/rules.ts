import { anything, boolean, fields, listOf, number, oneOf, optional, recordOf, type Rule, string, whole } from "@ltad/core/check";

/** What the options of every function that opens a session must be; see `RuntimeOptions`. */
export const runtimeFields = {
  threads: optional(whole(0)),
  spinning: optional(boolean),
  providers: optional(listOf(string)),
} as const satisfies Readonly<Record<string, Rule>>;

const size: Rule = (value, path) => {
  if (value !== null) number()(value, path);
};

/** Inputs by name, each with its type and shape, or an array that has them; which shapes are valid is up to who uses them. */
export const specsRule: Rule = recordOf(fields({ dtype: oneOf(["float32", "int32", "bool"]), shape: listOf(size), data: anything }));
