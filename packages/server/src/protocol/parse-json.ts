import { HttpError } from "../http-error.js";

/** Most of each thing in a message. */
export interface JsonLimits {
  readonly depth: number;
  /** Items of arrays and members of objects. */
  readonly items: number;
  /** Arrays and objects. */
  readonly containers: number;
  /** Members of objects. */
  readonly members: number;
}

/** An RGB image of 800 x 800 pixels as numbers, nested by row and pixel. */
export const jsonLimits: JsonLimits = { depth: 32, items: 2_000_000, containers: 700_000, members: 2_000 };

const [quote, backslash, comma, colon, openArray, closeArray, openObject, closeObject] = [...Buffer.from('"\\,:[]{}')];

/**
 * Parses JSON after its parts were counted: a body of the size of an image can hold so many small values that they fill the memory.
 * Strings, which carry images, are skipped as a whole.
 * @throws HttpError `LTAD_REQUEST`
 */
export function parseJson(bytes: Buffer, limits: JsonLimits = jsonLimits): unknown {
  count(bytes, limits);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new HttpError("LTAD_REQUEST", `The body is not JSON (${(error as Error).message.slice(0, 200)}).`, { cause: error });
  }
}

function count(bytes: Buffer, limits: JsonLimits): void {
  let [depth, items, containers, members] = [0, 0, 0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === quote) i = endOfString(bytes, i);
    else if (byte === comma) items++;
    else if (byte === colon) members++;
    else if (byte === openArray || byte === openObject) {
      containers++;
      if (++depth > limits.depth) throw tooMuch(`is nested deeper than ${limits.depth} levels`);
    } else if (byte === closeArray || byte === closeObject) depth--;
    else continue;
    if (items > limits.items) throw tooMuch(`has more than ${limits.items} values`);
    if (containers > limits.containers) throw tooMuch(`has more than ${limits.containers} arrays and objects`);
    if (members > limits.members) throw tooMuch(`has more than ${limits.members} fields`);
  }
}

/** The place of the quote that ends the string which begins at `start`; the end of the bytes when there is none. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; ; at++) {
    at = bytes.indexOf(quote!, at);
    if (at < 0) return bytes.length;
    let slashes = 0;
    while (bytes[at - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return at;
  }
}

function tooMuch(what: string): HttpError {
  return new HttpError("LTAD_REQUEST", `The JSON ${what}. Send the image file as a BYTES tensor, or pixels as a binary tensor.`);
}
