import { homedir } from "node:os";
import { join } from "node:path";
import type { S3Options } from "@ltad/fleet";
import { defaultCacheDir as cacheDirOf } from "@ltad/hub/cache-dir";

/** Environment variables by name; `process.env` unless a caller brings others. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How models are fetched from the Hugging Face hub. */
export interface HubSettings {
  readonly hubEndpoint?: string;
  readonly hubToken?: string;
  /** The cache of Python's huggingface_hub, whose downloads are used as they are. */
  readonly hubCache: string;
  readonly offline: boolean;
}

/**
 * The folder for weights and features: the environment variable `LTAD_CACHE_DIR`, or else the user's cache folder, such as
 * ~/.cache/ltad on Linux, ~/Library/Caches/ltad on macOS and %LOCALAPPDATA%\ltad\cache on Windows.
 */
export function defaultCacheDir(): string {
  return cacheDirIn(process.env);
}

/** {@link defaultCacheDir} of another environment. */
export function cacheDirIn(env: Environment): string {
  return cacheDirOf({ env, platform: process.platform, home: homedir() });
}

/** Settings of the Hugging Face hub, from the variables that its Python library reads: HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE. */
export function hubSettings(env: Environment): HubSettings {
  const home = env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "huggingface");
  return {
    ...(env["HF_ENDPOINT"] && { hubEndpoint: env["HF_ENDPOINT"] }),
    ...(env["HF_TOKEN"] && { hubToken: env["HF_TOKEN"] }),
    hubCache: env["HF_HUB_CACHE"] || join(home, "hub"),
    offline: ["1", "ON", "YES", "TRUE"].includes((env["HF_HUB_OFFLINE"] ?? "").toUpperCase()),
  };
}

/** The S3 server: a given endpoint, or the variables of AWS. Keys are found by the AWS SDK itself. */
export function s3Settings(env: Environment, endpoint = env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"]): S3Options {
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  return { ...(endpoint && { endpoint }), ...(region && { region }) };
}
