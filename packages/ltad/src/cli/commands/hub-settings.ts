import { homedir } from "node:os";
import { join } from "node:path";
import type { Io } from "../io.js";

/** What the environment says of the Hugging Face hub, under the names that Python's library has. */
export function hubSettings(env: Io["env"]): { hubEndpoint?: string; hubToken?: string; hubCache: string; offline: boolean } {
  const home = env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "huggingface");
  return {
    ...(env["HF_ENDPOINT"] && { hubEndpoint: env["HF_ENDPOINT"] }),
    ...(env["HF_TOKEN"] && { hubToken: env["HF_TOKEN"] }),
    hubCache: env["HF_HUB_CACHE"] || join(home, "hub"),
    offline: ["1", "ON", "YES", "TRUE"].includes((env["HF_HUB_OFFLINE"] ?? "").toUpperCase()),
  };
}
