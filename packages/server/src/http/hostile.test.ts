import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { type AppOptions, createApp } from "../app.js";
import type { Engine } from "../engine/engine.js";
import { Places } from "../engine/places.js";
import type { Job } from "../messages.js";
import { fakeEngine } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";

// Clients that mean harm, on real sockets: what they get, and what the others get meanwhile.

let app: FastifyInstance | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app?.close();
});

async function listen(options: Partial<AppOptions> = {}, engine: Partial<Engine> = {}): Promise<number> {
  app = await createApp({ models: await fakeModels(fakeEngine(engine)), ...options });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

function open(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

/** Sends bytes and reads what comes back until the server closes. */
async function raw(port: number, bytes: string | Buffer): Promise<{ status: number; body: string }> {
  const socket = open(port);
  socket.write(bytes);
  const answer = await text(socket);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), body: answer.split("\r\n\r\n").slice(1).join("") };
}

const upload = (length: number, more = "") =>
  `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: ${length}\r\n${more}\r\n`;
const isAlive = async (port: number) => (await fetch(`http://127.0.0.1:${port}/healthz`)).status;

describe("a request that is none", () => {
  it.each<[string, string, number]>([
    ["no HTTP", "hello\r\n\r\n", 400],
    ["headers without end", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["a body of two lengths", `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nPNG`, 400],
    ["a body of a length and of chunks", `${upload(3, "Transfer-Encoding: chunked\r\n")}PNG`, 400],
    ["a bad escape", "GET /v2/models/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400],
    ["a name without end", `GET /v2/models/${"x".repeat(5000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 414],
    ["an expectation that nobody knows", "GET /nothing HTTP/1.1\r\nHost: localhost\r\nExpect: all\r\nConnection: close\r\n\r\n", 404],
    ["a wish for a tunnel", "CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405],
    ["two hosts", "GET /v2 HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\nConnection: close\r\n\r\n", 400],
    ["no host", "GET /v2 HTTP/1.1\r\nConnection: close\r\n\r\n", 403],
  ])("%s has an answer of the usual form", async (_, bytes, status) => {
    const port = await listen();
    const answer = await raw(port, bytes);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { error: expect.anything() as unknown }]);
    expect(answer.body.length).toBeLessThan(400);
    expect(await isAlive(port)).toBe(200);
  });
});

describe("a body that does not end", () => {
  it("is ended with 408 when its time is over", async () => {
    const port = await listen({ requestTimeout: 400 });
    const answer = raw(port, `${upload(1000)}P`);
    expect(await answer).toMatchObject({ status: 408, body: expect.stringContaining("LTAD_SLOW") as string });
  });

  it("leaves the memory to the others", async () => {
    const port = await listen({ maxBytesInFlight: 1_000_000, maxBytes: 900_000 });
    const slow = open(port);
    const [accepted] = (await once(app!.server, "connection")) as [Socket];
    slow.write(upload(900_000));
    slow.write(Buffer.alloc(700_000, 1));
    await expect.poll(() => accepted.bytesRead).toBeGreaterThan(700_000);
    await expect.poll(async () => (await post(port, 600_000)).status, { timeout: 10_000 }).toBe(503);
    expect((await post(port, 100_000)).status).toBe(422); // read, and found to be no image
    slow.destroy();
    await expect.poll(async () => (await post(port, 600_000)).status, { timeout: 10_000 }).toBe(422);
  });

  const post = async (port: number, size: number) => {
    const reply = await fetch(`http://127.0.0.1:${port}/predict`, { method: "POST", body: Buffer.alloc(size, 1) });
    await reply.arrayBuffer();
    return reply;
  };
});

it("refuses before it reads a body: when it is too large, and when nobody could work on it", async () => {
  const port = await listen({ maxBytes: 1000 });
  const head = async (bytes: string) => {
    const socket = open(port);
    socket.write(bytes);
    const [chunk] = (await once(socket, "data")) as [Buffer];
    return /^HTTP\/1\.1 (\d+)/.exec(chunk.toString())?.[1];
  };
  expect(await head(upload(1e9))).toBe("413");
  await app?.close();
  const busy = () => {
    throw Object.assign(new Error("busy"), { statusCode: 429 });
  };
  const other = await listen({}, { admit: busy });
  const socket = open(other);
  socket.write(upload(30_000_000));
  const [chunk] = (await once(socket, "data")) as [Buffer];
  expect(chunk.toString()).toMatch(/^HTTP\/1\.1 4/); // and not a byte of the body has been sent
});

describe("an answer that nobody reads", () => {
  const huge = Buffer.alloc(24_000_000, 1); // more than a socket takes on this machine
  const answers = (engine: Engine) => ({ predict: async (job: Job) => ({ ...(await engine.predict(job)), heatmap: huge, waited: 0 }) });
  const ask = (port: number) => {
    const socket = open(port);
    socket.pause();
    socket.write("POST /predict HTTP/1.1\r\nHost: localhost\r\nAccept: image/png\r\nContent-Length: 3\r\n\r\nPNG");
    return socket;
  };

  it("keeps no place in the queue, and its bytes count until it is out", async () => {
    const places = new Places(2);
    const admit = () => places.take();
    const port = await listen({ maxBytesInFlight: 60_000_000 }, { ...answers(fakeEngine()), admit });
    const sent = [ask(port), ask(port)];
    const status = async () => (await post(port)).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(503);
    expect(await (await post(port)).json()).toMatchObject({ error: { message: expect.stringContaining("too much data") as string } });
    expect(places.taken).toBe(0);
    for (const socket of sent) socket.destroy();
    await expect.poll(status, { timeout: 10_000 }).toBe(200);
  });

  it("is cut off when the time of a request is over", async () => {
    const port = await listen({ requestTimeout: 500 }, answers(fakeEngine()));
    const socket = ask(port);
    const [accepted] = (await once(app!.server, "connection")) as [Socket];
    await once(accepted, "close");
    expect(socket.destroyed).toBe(false); // it was us
    expect(await isAlive(port)).toBe(200);
  });

  const post = (port: number) =>
    fetch(`http://127.0.0.1:${port}/predict`, { method: "POST", headers: { accept: "image/png" }, body: "PNG" });
});

it("does not hold more connections than it may", async () => {
  const port = await listen({ maxConnections: 3 });
  const held = await Promise.all(Array.from({ length: 3 }, async () => once(open(port), "connect")));
  expect(held).toHaveLength(3);
  const fourth = open(port);
  await once(fourth, "close");
  sockets[0]!.destroy();
  await expect.poll(() => isAlive(port).catch(() => 0)).toBe(200);
});

it("survives forms that end in the middle", async () => {
  const port = await listen();
  const part = '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nPNG';
  for (let length = 0; length <= part.length; length += 3) {
    const reply = await fetch(`http://127.0.0.1:${port}/predict`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: part.slice(0, length),
    });
    expect([length, reply.status]).toEqual([length, 400]);
    expect(await reply.json()).toMatchObject({ error: { code: "LTAD_REQUEST" } });
  }
  expect(await isAlive(port)).toBe(200);
});

it.each<[string, string, string]>([
  ["a file without a name", 'filename="a"', 'file ""'],
  ["a field without a name", "x=1", "has no name"],
  ["a field twice", 'name="class"\r\n\r\ntile\r\n--x\r\nContent-Disposition: form-data; name="class"', '"class" more than once'],
])("refuses a form with %s", async (_, head, said) => {
  const port = await listen();
  const image = '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nPNG\r\n';
  const reply = await fetch(`http://127.0.0.1:${port}/predict`, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\nnut\r\n${image}--x--\r\n`,
  });
  expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining(JSON.stringify(said).slice(1, -1))]);
});
