import { onTestFinished } from "vitest";
import { startHub, type StartedHub } from "@ltad/hub/testing";

/** A hub that closes with the test. */
export async function hubServer(files: Readonly<Record<string, Buffer>>): Promise<StartedHub> {
  const hub = await startHub(files);
  onTestFinished(hub.close);
  return hub;
}
