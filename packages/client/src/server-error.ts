/** An error response of the server, or a missing response. */
export class ServerError extends Error {
  override readonly name = "ServerError";

  constructor(
    /** A stable code, such as `LTAD_IMAGE`, `LTAD_CONFIG` (an unknown class) or `LTAD_BUSY`. `LTAD_UNREACHABLE` and `LTAD_TIMEOUT` can also come from the client. */
    readonly code: string,
    message: string,
    /** The HTTP status; 0 if there was no response. */
    readonly status: number,
    /** The number of seconds after which the server asks to try again. */
    readonly retryAfter: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** True for a {@link ServerError}, also one of another installed copy of this package. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && error.name === "ServerError" && typeof (error as Partial<ServerError>).code === "string";
}

/** Reads the error of a response: `{"error": {code, message}}`, the protocol's `{"error": "CODE: message"}`, or an error of a proxy in between. */
export async function errorOf(response: Response): Promise<ServerError> {
  const text = await response.text();
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const make = (code: string, message: string) =>
    new ServerError(code, message, response.status, Number.isNaN(seconds) ? undefined : seconds);
  try {
    const { error } = JSON.parse(text) as { readonly error: string | { readonly code: string; readonly message: string } };
    if (typeof error === "object") return make(error.code, error.message);
    const [, code, message] = /^([A-Z_]+): (.*)$/s.exec(error) ?? [];
    return make(code ?? "LTAD_REQUEST", message ?? error);
  } catch {
    return make("LTAD_FOREIGN", `The response with status ${response.status} does not come from an LTAD server: ${text.slice(0, 200)}`);
  }
}
