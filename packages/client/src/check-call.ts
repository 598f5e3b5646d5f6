import { ServerError } from "./server-error.js";

/** @throws ServerError `LTAD_CONFIG` for an unknown option, which would otherwise be ignored silently */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  const isRecord = typeof options === "object" && options !== null;
  const unknown = isRecord ? Object.keys(options).find((key) => !known.includes(key)) : undefined;
  if (isRecord && unknown === undefined) return;
  const what = isRecord ? `unknown option ${unknown}` : "the options are not an object";
  throw wrongCall(`${where}: ${what}. Known ones are ${known.join(", ")}.`);
}

export function wrongCall(message: string): ServerError {
  return new ServerError("LTAD_CONFIG", message, 0, undefined);
}
