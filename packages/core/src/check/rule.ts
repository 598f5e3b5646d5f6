import { LtadError } from "../errors.js";

/** Throws unless the value is valid. @param path where the value is, for the message: "klWeight: options.beta" */
export type Rule = (value: unknown, path: string) => void;

/**
 * Checks the arguments of a public function.
 * @param where the name of the function, with which every message begins
 * @param values the arguments by name
 * @param rules one rule for each argument
 * @throws LtadError `LTAD_CONFIG` for an option, `LTAD_SHAPE` for an array or a tensor
 */
export function check(where: string, values: Readonly<Record<string, unknown>>, rules: Readonly<Record<string, Rule>>): void {
  for (const [name, rule] of Object.entries(rules)) rule(values[name], `${where}: ${name}`);
}

/**
 * The error that a rule throws, `path: expected ..., received ...`.
 * @param expected what the value should be, in words
 * @param value what it is instead; the message describes it in a few words
 * @param near the known word that was probably meant
 */
export function refuse(
  path: string,
  expected: string,
  value: unknown,
  code: "LTAD_CONFIG" | "LTAD_SHAPE" = "LTAD_CONFIG",
  near?: string,
): LtadError {
  const received = describe(value);
  const field = path.slice(path.indexOf(": ") + 2);
  const message = `${path}: expected ${expected}, received ${received}.${near === undefined ? "" : ` Did you mean ${near}?`}`;
  return new LtadError(code, message, { details: { field, expected, received, ...(near === undefined ? {} : { name: near }) } });
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

/** Accepts every value. */
export const anything: Rule = () => undefined;

/** Accepts undefined, and what the rule accepts. */
export function optional(rule: Rule): Rule {
  return (value, path) => {
    if (value !== undefined) rule(value, path);
  };
}

/** A plain array of at least `least` entries, each of which the rule accepts. */
export function listOf(rule: Rule, least = 0): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) throw refuse(path, "an array", value);
    if (value.length < least) throw refuse(path, `an array of ${least} or more`, value);
    for (let i = 0; i < value.length; i++) rule(value[i], `${path}[${i}]`);
  };
}

/** A record with any keys, each of whose values the rule accepts. */
export function recordOf(rule: Rule): Rule {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
      throw refuse(path, "an object", value);
    for (const [name, entry] of Object.entries(value)) rule(entry, `${path}.${name}`);
  };
}

/** A plain array of two entries, both of which the rule accepts, such as rows and columns. */
export function pairOf(rule: Rule): Rule {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== 2) throw refuse(path, "an array of two", value);
    for (let i = 0; i < 2; i++) rule(value[i], `${path}[${i}]`);
  };
}
