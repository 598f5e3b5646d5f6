/** A model and how it is served. */
export interface ServeOptions {
  /** Model folder. */
  readonly bundle: string;
  /** 8080 by default; 0 chooses any free port. */
  readonly port?: number | undefined;
  /** 127.0.0.1 by default: only this machine. There is no login; put a proxy in front before other machines may call. */
  readonly host?: string;
  /** The model's name in /v2/models/NAME; "ltad" by default. */
  readonly modelName?: string;
  /** Threads of one inference; all cores by default. */
  readonly threads?: number;
  /** Largest image file in bytes; 32 MiB by default. */
  readonly maxBytes?: number;
  /** Largest image in pixels; 50 million by default. */
  readonly maxPixels?: number;
  /** Images that may wait; 16 by default. */
  readonly maxQueue?: number;
  /** Milliseconds that one image may take; 30,000 by default. */
  readonly timeout?: number;
  /** Where the log goes, as lines of JSON; there is none by default. */
  readonly logger?: { readonly level: string; readonly stream: { write(line: string): void } };
  /** Another program in the place of the inference process. */
  readonly worker?: URL | string;
}

/** A server that runs. */
export interface RunningServer {
  readonly url: string;
  /** Answers what is being worked on, refuses the rest, and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves a model over HTTP: a page at /, POST /predict and the Open Inference Protocol v2.
 * @throws LtadError `LTAD_BUNDLE` for the model, `LTAD_CONFIG` for a port or address that cannot be used
 */
export async function serve({ port = 8080, ...options }: ServeOptions): Promise<RunningServer> {
  const { startServer } = await import("@ltad/server");
  return startServer({ ...options, port });
}
