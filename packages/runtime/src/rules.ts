import { anything, boolean, fields, listOf, number, oneOf, optional, recordOf, type Rule, string, whole } from "@ltad/core/check";

/** The rules for the options of every function that opens a session; see `RuntimeOptions`. */
export const runtimeFields = {
  threads: optional(whole(0)),
  spinning: optional(boolean),
  providers: optional(listOf(string)),
} as const satisfies Readonly<Record<string, Rule>>;

const size: Rule = (value, path) => {
  if (value !== null) number()(value, path);
};

/** Accepts inputs by name, each with a type and a shape, or an array that has both. The caller decides which shapes are valid. */
export const specsRule: Rule = recordOf(fields({ dtype: oneOf(["float32", "int32", "bool"]), shape: listOf(size), data: anything }));
