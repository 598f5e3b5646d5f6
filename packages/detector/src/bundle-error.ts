import { LtadError } from "@ltad/core/browser";

/** The last sentence of every error about a folder that is not a bundle. */
export const whatABundleIs =
  "A bundle is a folder written by `ltad train --out`: model.json, the ONNX graphs, the weights and a file for each class.";

/** The error for a bundle, `place: message`, with the file or folder in its details. */
export function bundleError(place: string, message: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_BUNDLE", `${place}: ${printable(message)}`, {
    details: { file: place },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The middle of a longer message is cut out. */
const longest = 2000;

/** Makes text from a bundle safe for a message: it can have any length, and can contain characters that control a terminal. */
function printable(message: string): string {
  const shown = message.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return shown.length <= longest ? shown : `${shown.slice(0, longest - 300)} ... ${shown.slice(-300)}`;
}
