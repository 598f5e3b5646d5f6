import { isLtadError } from "@ltad/core";

/** One thing that `ltad doctor` looked at. */
export interface Finding {
  readonly name: string;
  /** "note" is worth knowing, such as a slower fallback; "wrong" keeps the program from working. */
  readonly state: "ok" | "note" | "wrong";
  /** What was found. */
  readonly value: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export function ok(name: string, value: string): Finding {
  return { name, state: "ok", value };
}

export function note(name: string, value: string, remedy: string): Finding {
  return { name, state: "note", value, remedy };
}

export function wrong(name: string, value: string, remedy: string): Finding {
  return { name, state: "wrong", value, remedy };
}

/** The first line of an error. */
export function messageOf(error: unknown): string {
  const { message } = isLtadError(error) ? error : error instanceof Error ? error : new Error(String(error));
  return message.split("\n")[0]!;
}
