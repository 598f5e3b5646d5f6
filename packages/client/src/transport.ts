import { wrongCall } from "./check-call.js";
import { errorOf, ServerError } from "./server-error.js";

/** An image file: PNG, JPEG, WebP, TIFF or GIF. */
export type Image = Blob | Uint8Array | ArrayBuffer;

/** Pixels, [height * width * 3], RGB from 0 to 255, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Options of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** How requests are sent. */
export interface TransportOptions {
  /** The API key, for a server that requires one. */
  readonly apiKey?: string;
  /** How many milliseconds a call may take; 30,000 by default. */
  readonly timeout?: number;
  /** Replaces `fetch`, for a proxy or a test. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Sends a request. @throws ServerError for any response but a success, and if there is none; the reason of `signal` when it fires */
export type Send = (path: string, init?: RequestInit & { readonly accepts?: readonly number[] }) => Promise<Response>;

export function createSend(address: string | URL, { apiKey, timeout = 30_000, fetch: own }: TransportOptions): Send {
  const base = String(address).replace(/\/+$/, "");
  const key: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return async (path, { accepts = [], signal, headers, ...init } = {}) => {
    const limit = AbortSignal.timeout(timeout);
    const signals = signal ? AbortSignal.any([signal, limit]) : limit;
    const all = { ...key, ...(headers as Record<string, string> | undefined) };
    try {
      const response = await (own ?? globalThis.fetch)(`${base}${path}`, { ...init, headers: all, signal: signals });
      if (response.ok || accepts.includes(response.status)) return response;
      throw await errorOf(response);
    } catch (error) {
      if (error instanceof ServerError || signal?.aborted) throw error;
      if (limit.aborted)
        throw new ServerError("LTAD_TIMEOUT", `${base} did not answer within ${timeout} ms.`, 0, undefined, { cause: error });
      throw new ServerError("LTAD_UNREACHABLE", `${base} cannot be reached.`, 0, undefined, { cause: error });
    }
  };
}

export async function bytesOf(image: Image): Promise<Uint8Array<ArrayBuffer>> {
  if (image instanceof Blob) return new Uint8Array(await image.arrayBuffer());
  const isBytes = ArrayBuffer.isView(image) && image.BYTES_PER_ELEMENT === 1;
  if (isBytes || Object.prototype.toString.call(image) === "[object ArrayBuffer]") return new Uint8Array(image);
  const received = typeof image === "string" ? "a text" : image === null ? "null" : typeof image;
  throw wrongCall(`image: expected the bytes of a file as Blob, Uint8Array or ArrayBuffer, received ${received}. Read the file first.`);
}

/** Decodes base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Reads little-endian float32 numbers from a copy of the bytes, which need not be aligned. */
export function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
