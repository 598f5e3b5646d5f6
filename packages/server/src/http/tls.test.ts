import { readFileSync } from "node:fs";
import { get } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { createApp } from "../app.js";
import { fakeEngine } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";

// A certificate for localhost that signs itself, until 2126: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes.
const file = (name: string) => readFileSync(new URL(`../__fixtures__/${name}`, import.meta.url), "utf8");
const tls = { cert: file("localhost-cert.pem"), key: file("localhost-key.pem") };

it("speaks HTTPS with the certificate it was given", async () => {
  const app = await createApp({ models: await fakeModels(fakeEngine()), tls });
  try {
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    const answer = await new Promise<string>((resolve, reject) => {
      get({ port, host: "localhost", path: "/health", ca: tls.cert, family: 4 }, (reply) => void text(reply).then(resolve, reject)).on(
        "error",
        reject,
      );
    });
    expect(JSON.parse(answer)).toEqual({ live: true, ready: true });
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow("fetch failed");
  } finally {
    await app.close();
  }
});
