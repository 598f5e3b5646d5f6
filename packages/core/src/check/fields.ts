import { LtadError } from "../errors.js";
import { nearest } from "../nearest.js";
import { refuse, type Rule } from "./rule.js";

/** An object with these fields and no others. The error for an unknown field suggests the known field with the most similar name. */
export function fields(rules: Readonly<Record<string, Rule>>): Rule {
  const known = Object.keys(rules);
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
      throw refuse(path, `an object with ${known.join(", ")}`, value);
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(rules, key));
    if (unknown !== undefined) throw unknownField(path, unknown, known);
    const inherited = known.find((key) => key in value && !Object.hasOwn(value, key));
    if (inherited !== undefined) throw refuse(path, `a plain object with a ${inherited} of its own`, value);
    for (const [name, rule] of Object.entries(rules)) rule((value as Record<string, unknown>)[name], `${path}.${name}`);
  };
}

function unknownField(path: string, name: string, known: readonly string[]): LtadError {
  const near = nearest(name, known);
  const remedy = near === undefined ? `Known ones are ${known.join(", ")}` : `Did you mean ${near}?`;
  const field = `${path.slice(path.indexOf(": ") + 2)}.${name}`;
  const message = `${path}.${name}: unknown. ${remedy}${near === undefined ? "." : ` Known ones are ${known.join(", ")}.`}`;
  return new LtadError("LTAD_CONFIG", message, { details: { field, expected: known, ...(near === undefined ? {} : { name: near }) } });
}
