import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { type AppOptions, createApp } from "../app.js";
import { fakeEngine } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";
import { createKeyCheck, keysIn } from "./api-keys.js";

let app: FastifyInstance | undefined;
afterEach(async () => app?.close());

async function open(options: Partial<AppOptions> = {}): Promise<FastifyInstance> {
  app = await createApp({ models: await fakeModels(fakeEngine()), ...options });
  return app;
}

const predict = (headers: Record<string, string>) => ({ method: "POST" as const, url: "/predict", headers, payload: Buffer.from("PNG") });

describe("the name that a server is called by", () => {
  it.each([
    ["localhost:8080", 200],
    ["127.0.0.1:8080", 200],
    ["[::1]:8080", 200],
    ["10.1.2.3", 200], // an address cannot be rebound
    ["printer.localhost", 200],
    ["line.example", 200],
    ["LINE.example.:80", 200],
    ["evil.example", 403],
    ["evil.example:8080", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
  ])("%j: %i", async (host, status) => {
    const app = await open({ allowedHosts: ["line.example"] });
    for (const request of [predict({ host }), { url: "/v2/models/ltad", headers: { host } }, { url: "/", headers: { host } }]) {
      expect((await app.inject(request)).statusCode).toBe(status);
    }
  });

  it("is any where its operator says so", async () => {
    const app = await open({ allowedHosts: ["*"] });
    expect((await app.inject(predict({ host: "anything.example" }))).statusCode).toBe(200);
  });
});

describe("a page of another origin", () => {
  const host = "127.0.0.1:8080";
  it.each<[string, Record<string, string>, number]>([
    ["a program", {}, 200],
    ["our page", { "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:8080" }, 200],
    ["our page in a browser without Sec-Fetch-Site", { origin: "http://127.0.0.1:8080" }, 200],
    ["a page of another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }, 403],
    ["a form of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", origin: "https://evil.example" }, 403],
    ["another service of this machine", { "sec-fetch-site": "same-site", origin: "http://127.0.0.1:3000" }, 403],
    ["a page without Sec-Fetch-Site", { origin: "https://evil.example" }, 403],
    ["a page from a file", { origin: "null" }, 403],
    ["an image or script of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 403],
    ["a page that may", { "sec-fetch-site": "cross-site", origin: "https://line.example" }, 200],
  ])("%s: %i", async (_, headers, status) => {
    const app = await open({ corsOrigins: ["https://line.example"] });
    expect((await app.inject(predict({ host, ...headers }))).statusCode).toBe(status);
  });

  it("may link to our page, and to nothing else", async () => {
    const app = await open();
    const headers = { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const statuses = ["/", "/docs/static/index.html", "/v2/models/ltad", "/metrics"].map(
      async (url) => [url, (await app.inject({ url, headers })).statusCode] as const,
    );
    expect(Object.fromEntries(await Promise.all(statuses))).toMatchObject({ "/": 200, "/v2/models/ltad": 403, "/metrics": 403 });
  });

  it("learns from a preflight what it may", async () => {
    const preflight = (origin: string) => ({
      method: "OPTIONS" as const,
      url: "/predict",
      headers: { host, origin, "access-control-request-method": "POST", "sec-fetch-site": "cross-site" },
    });
    const app = await open({ corsOrigins: ["https://line.example"] });
    expect((await app.inject(preflight("https://line.example"))).headers["access-control-allow-origin"]).toBe("https://line.example");
    expect((await app.inject(preflight("https://evil.example"))).headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("API keys", () => {
  const key = "correct-horse-battery";
  it("are needed for everything but health and the page", async () => {
    const app = await open({ apiKeys: [key, `sha256:${createHash("sha256").update("another-key-of-mine").digest("hex")}`] });
    const status = async (headers: Record<string, string>) => (await app.inject(predict(headers))).statusCode;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: "Bearer wrong" })).toBe(401);
    expect(await status({ authorization: key })).toBe(401);
    expect(await status({ authorization: `Bearer ${key}` })).toBe(200);
    expect(await status({ "x-api-key": key })).toBe(200);
    expect(await status({ "x-api-key": "another-key-of-mine" })).toBe(200);
    const free = ["/", "/assets/main.js", "/health", "/healthz", "/v2/health/live", "/v2/health/ready"];
    for (const url of free) expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
    for (const url of [
      "/v2/models/ltad",
      "/metrics",
      "/page.json",
      "/bundles/ltad/model.json",
      "/openapi.json",
      "/v2",
      "/nothing",
      "/v2/models/stats",
    ]) {
      const reply = await app.inject(url);
      expect([url, reply.statusCode, reply.headers["www-authenticate"]]).toEqual([url, 401, "Bearer"]);
    }
  });

  it("that could be guessed are refused", () => {
    expect(() => createKeyCheck(["short"])).toThrow(/at least 16 characters/);
    expect(createKeyCheck([])).toBeUndefined();
    expect(keysIn("a\n# b\n\n c \r\n")).toEqual(["a", "c"]);
  });
});

it("sends the headers that keep browsers from doing more", async () => {
  const app = await open();
  for (const url of ["/v2", "/nothing", "/predict"]) {
    expect((await app.inject(url)).headers).toMatchObject({
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
  }
});

it("gives the client the id that its log has", async () => {
  const app = await open();
  expect((await app.inject({ url: "/v2", headers: { "x-request-id": "part-17" } })).headers["x-request-id"]).toBe("part-17");
  for (const id of ["x".repeat(1000), "a b", 'a"b']) {
    expect((await app.inject({ url: "/v2", headers: { "x-request-id": id } })).headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  }
});
