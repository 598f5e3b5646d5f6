import type { WeightOptions } from "../weights/weight-files.js";

/** What happens to a file, in the convention of transformers.js. */
export interface FetchEvent {
  readonly status: "initiate" | "download" | "progress" | "done" | "ready";
  /** The model, or the address. */
  readonly name: string;
  /** Missing with "ready". */
  readonly file?: string;
  /** With "progress": bytes here and in all, 0 when nobody says, and percent. */
  readonly loaded?: number;
  readonly total?: number;
  readonly progress?: number;
}

/** Where models come from besides npm; programs fill it from the environment. */
export interface FetchOptions extends WeightOptions {
  /** `HF_ENDPOINT`, default https://huggingface.co */
  readonly hubEndpoint?: string | undefined;
  /** `HF_TOKEN`, sent to the hub's own host only. */
  readonly hubToken?: string | undefined;
  /** `HF_HUB_CACHE`, or `HF_HOME` and `hub` in it: the cache that Python's libraries use. Default: `hub` in the cache folder. */
  readonly hubCache?: string | undefined;
  readonly onFetch?: ((event: FetchEvent) => void) | undefined;
  /** Milliseconds before the first retry, which double with each; default 500. */
  readonly retryAfter?: number | undefined;
  /** Milliseconds without a byte after which a transfer is given up; default 30,000. */
  readonly stallAfter?: number | undefined;
}
