import { nearest } from "../nearest.js";
import { refuse, type Rule } from "./rule.js";

/** A finite number from `least` to `most`, both included. */
export function number(least = -Infinity, most = Infinity): Rule {
  const expected = `a number${rangeOf(least, most)}`;
  return (value, path) => {
    if (typeof value !== "number" || !Number.isFinite(value) || value < least || value > most) throw refuse(path, expected, value);
  };
}

/** A number from `least`, included, to `end`, excluded. */
export function below(end: number, least: number): Rule {
  return (value, path) => {
    if (typeof value !== "number" || !(value >= least && value < end)) throw refuse(path, `a number from ${least} to below ${end}`, value);
  };
}

/** A whole number from `least` to `most`, both included. */
export function whole(least = -Infinity, most = Infinity): Rule {
  const expected = `a whole number${rangeOf(least, most)}`;
  return (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) throw refuse(path, expected, value);
  };
}

function rangeOf(least: number, most: number): string {
  if (least === -Infinity && most === Infinity) return "";
  if (most === Infinity) return ` of ${least} or more`;
  return least === -Infinity ? ` of ${most} or less` : ` from ${least} to ${most}`;
}

export const boolean: Rule = (value, path) => {
  if (typeof value !== "boolean") throw refuse(path, "true or false", value);
};

export const string: Rule = (value, path) => {
  if (typeof value !== "string") throw refuse(path, "a text", value);
};

export const func: Rule = (value, path) => {
  if (typeof value !== "function") throw refuse(path, "a function", value);
};

/** One of these words. The error for another word suggests the most similar of them. */
export function oneOf(words: readonly string[]): Rule {
  return (value, path) => {
    if (words.includes(value as string)) return;
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    throw refuse(path, `one of ${words.join(", ")}`, value, "LTAD_CONFIG", near);
  };
}

/** An object that has all of these properties. @param what the object is called in messages */
export function having(what: string, ...names: readonly string[]): Rule {
  return (value, path) => {
    const fits =
      typeof value === "object" && value !== null && names.every((name) => (value as Record<string, unknown>)[name] !== undefined);
    if (!fits) throw refuse(path, what, value);
  };
}

/** A seeded source of random numbers. */
export const rng: Rule = having("a source of random numbers, such as createRng(1)", "uniforms", "normals", "integer");
