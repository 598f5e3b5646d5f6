import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Chromium of the system, as Debian and others install it. */
export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** Why tests in a browser are skipped; undefined where they run. */
export const noChromium = chromiumPath ? undefined : "no Chromium here: install the package chromium of your system";

/** @param options more switches for the command line */
export function openChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox", "--disable-dev-shm-usage", ...args] });
}
