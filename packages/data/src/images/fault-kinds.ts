import { count, shown } from "@ltad/core/format";

/** Files that cannot be used for one reason. */
export interface FaultKind<T> {
  /** What is said of the first. */
  readonly message: string;
  readonly faults: readonly T[];
}

/** A fault of a file, as {@link checkFiles} returns it. */
export interface Fault {
  readonly error: { readonly message: string; readonly details: object };
}

/** Groups faults by kind, in the order of the first of each kind. Messages of one kind differ only in names and numbers. */
export function faultKinds<T extends Fault>(faults: readonly T[]): FaultKind<T>[] {
  const kinds = new Map<string, T[]>();
  for (const fault of faults) {
    const key = kindOf(fault);
    const known = kinds.get(key);
    if (known) known.push(fault);
    else kinds.set(key, [fault]);
  }
  return [...kinds.values()].map((same) => ({ message: same[0]!.error.message, faults: same }));
}

function kindOf({ error: { message, details } }: Fault): string {
  const { file, image } = details as { readonly file?: unknown; readonly image?: unknown };
  const names = [file, image].filter((name) => typeof name === "string");
  return names.reduce((text, name) => text.replaceAll(shown(name), "*"), message).replaceAll(/\d+/g, "#");
}

/** Files of one kind of fault that have a line each; more are one line. */
const listed = 3;

/** A line for each fault; the same fault of many files is one line with their number and the first names. */
export function faultLines(faults: readonly Fault[]): string[] {
  return faultKinds(faults).flatMap(({ message, faults: same }) => {
    if (same.length <= listed) return same.map(({ error }) => error.message);
    const more = same.slice(1).map(({ error }) => shown(String((error.details as { readonly file?: unknown }).file)));
    return [`${message} ${count(more.length)} more files have the same fault: ${more.slice(0, listed - 1).join(", ")}, ...`];
  });
}
