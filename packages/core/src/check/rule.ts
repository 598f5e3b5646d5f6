import { LtadError } from "../errors.js";

/** Throws unless the value is what it should be. @param path of the value, for the message: "klWeight: options.beta" */
export type Rule = (value: unknown, path: string) => void;

/**
 * Checks the arguments of a public function.
 * @param where name of the function
 * @throws LtadError `LTAD_CONFIG` for an option, `LTAD_SHAPE` for an array or a tensor
 */
export function check(where: string, values: Readonly<Record<string, unknown>>, rules: Readonly<Record<string, Rule>>): void {
  for (const [name, rule] of Object.entries(rules)) rule(values[name], `${where}: ${name}`);
}

/** The error of a rule. */
export function refuse(path: string, expected: string, value: unknown, code: "LTAD_CONFIG" | "LTAD_SHAPE" = "LTAD_CONFIG"): LtadError {
  const received = describe(value);
  const field = path.slice(path.indexOf(": ") + 2);
  return new LtadError(code, `${path}: expected ${expected}, received ${received}.`, { details: { field, expected, received } });
}

/** A value in a few words. */
function describe(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "string":
      return value.length > 40 ? `a string of ${value.length} characters` : JSON.stringify(value);
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return String(value);
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return value.length > 4 ? `an array of ${value.length}` : `[${value.map(describe).join(", ")}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as unknown as ArrayLike<unknown>).length}`;
  const { dtype, shape } = value as { dtype?: unknown; shape?: unknown };
  if (typeof dtype === "string" && Array.isArray(shape)) return `${dtype} [${shape.join(", ")}]`;
  if (value instanceof Promise) return "a promise";
  const name = Object.getPrototypeOf(value)?.constructor?.name as string | undefined;
  return name === undefined || name === "Object" ? `an object with ${Object.keys(value).slice(0, 5).join(", ") || "no key"}` : `a ${name}`;
}

/** For what is not looked at. */
export const anything: Rule = () => undefined;

/** Nothing, or what the rule wants. */
export function optional(rule: Rule): Rule {
  return (value, path) => {
    if (value !== undefined) rule(value, path);
  };
}

/** An array whose entries all fit. */
export function listOf(rule: Rule, least = 0): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) throw refuse(path, "an array", value);
    if (value.length < least) throw refuse(path, `an array of ${least} or more`, value);
    for (let i = 0; i < value.length; i++) rule(value[i], `${path}[${i}]`);
  };
}

/** A record whose values all fit. */
export function recordOf(rule: Rule): Rule {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
      throw refuse(path, "an object", value);
    for (const [name, entry] of Object.entries(value)) rule(entry, `${path}.${name}`);
  };
}

/** Two entries that both fit, such as rows and columns. */
export function pairOf(rule: Rule): Rule {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) throw refuse(path, "an array of two", value);
    for (let i = 0; i < 2; i++) rule(value[i], `${path}[${i}]`);
  };
}
