import type { JobOptions } from "@ltad/core";

/** The progress of a file, as transformers.js reports it. */
export interface FetchEvent {
  readonly status: "initiate" | "download" | "progress" | "done" | "ready";
  /** The model, or the address. */
  readonly name: string;
  /** Missing with "ready". */
  readonly file?: string;
  /** With "progress": bytes so far and in all, 0 when the server does not say, and percent. */
  readonly loaded?: number;
  readonly total?: number;
  readonly progress?: number;
}

/** Where models come from and where they are kept. Programs set these options from the environment. */
export interface FolderOptions extends JobOptions {
  /** Default: the platform's user cache. Packages read no environment: pass {@link defaultCacheDir} to respect `LTAD_CACHE_DIR`. */
  readonly cacheDir?: string | undefined;
  /** Makes no network request and never starts npm: what is not in the cache is an error. */
  readonly offline?: boolean | undefined;
  /** The npm to run; default `npm` from the PATH (`npm.cmd` on Windows). */
  readonly npm?: string | undefined;
  /** `HF_ENDPOINT`; default https://huggingface.co */
  readonly hubEndpoint?: string | undefined;
  /** `HF_TOKEN`, sent to the hub's own host only. */
  readonly hubToken?: string | undefined;
  /** `HF_HUB_CACHE`, or `hub` within `HF_HOME`: the cache that Python's libraries use. Default: `hub` in the cache folder. */
  readonly hubCache?: string | undefined;
  readonly onFetch?: ((event: FetchEvent) => void) | undefined;
  /** Milliseconds before the first retry, which double with each; default 500. */
  readonly retryAfter?: number | undefined;
  /** Milliseconds without a byte after which a transfer is given up; default 30,000. */
  readonly stallAfter?: number | undefined;
}
