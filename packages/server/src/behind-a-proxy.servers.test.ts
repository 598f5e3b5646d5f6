// Two servers behind nginx or HAProxy, as deploy/proxy sets them up: npm run test:fleet
import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createRng } from "@ltad/core";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Serving } from "./testing/server-program.js";

const program = fileURLToPath(new URL("testing/server-program.ts", import.meta.url));
const settings = fileURLToPath(new URL("../../../deploy/proxy/", import.meta.url));
const kills = 6;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-proxy-"));
  await writeBundle(join(folder, "model"), tinyParts());
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** How each proxy is checked and run. Its own files go into the folder of the test. */
const proxies = {
  nginx: {
    file: "nginx.conf",
    adapt: (text: string) =>
      text.replace(
        "http {",
        `http { access_log off; ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}`,
      ),
    args: (file: string) => [
      "-p",
      folder,
      "-e",
      "stderr",
      "-c",
      file,
      "-g",
      `pid ${folder}/pid;${process.getuid?.() === 0 ? " user root;" : ""}`,
    ],
    check: ["-t"],
    run: (args: string[]) => [...args.slice(0, -1), `${args.at(-1)} daemon off;`],
  },
  haproxy: {
    file: "haproxy.cfg",
    adapt: (text: string) => text,
    args: (file: string) => ["-f", file],
    check: ["-c"],
    run: (args: string[]) => [...args, "-db"],
  },
} as const;

/** Ports that are free. They are all held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const listeners = await Promise.all(
    Array.from({ length: count }, async () => {
      const listener = createServer().listen(0, "127.0.0.1");
      await once(listener, "listening");
      return listener;
    }),
  );
  const ports = listeners.map((listener) => (listener.address() as AddressInfo).port);
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  return ports;
}

/** A server at a port, that can be killed and started again. */
async function startServerAt(port: number) {
  const state: { child?: ChildProcess } = {};
  const start = async () => {
    state.child = fork(program, [join(folder, "model"), String(port)], { execArgv: ["--conditions=@ltad/source", "--import", "tsx"] });
    const [{ url }] = (await once(state.child, "message")) as [Serving];
    expect(url).toBe(`http://127.0.0.1:${port}`);
  };
  const kill = async () => {
    const ended = once(state.child!, "exit");
    state.child!.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  await start();
  return { start, kill };
}

async function startProxy(name: keyof typeof proxies, own: number, servers: readonly number[]): Promise<string> {
  const { file, adapt, args, check, run } = proxies[name];
  const places = { 8080: own, 8081: servers[0], 8082: servers[1] };
  const text = (await readFile(join(settings, file), "utf8")).replace(
    /127\.0\.0\.1:(808\d)/g,
    (_, port: string) => `127.0.0.1:${places[Number(port) as 8080]}`,
  );
  const place = join(folder, file);
  await writeFile(place, adapt(text));
  execFileSync(name, [...check, ...args(place)], { stdio: "pipe" });
  const child = spawn(name, run(args(place)), { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGTERM"));
  while (!(await listens(own))) await wait(20);
  return `http://127.0.0.1:${own}`;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const found = await Promise.race([once(socket, "connect"), once(socket, "error")]).then(
    () => true,
    () => false,
  );
  socket.destroy();
  return found;
}

/** A photograph, which takes some time to decode: there is always one in work when a server is killed. */
async function photograph(): Promise<Buffer> {
  const [width, height] = [400, 300];
  const data = Uint8Array.from(createRng("photograph").uniforms(width * height, 0, 256));
  return sharp(data, { raw: { width, height, channels: 1 } })
    .resize(2400)
    .jpeg({ quality: 60 })
    .toBuffer();
}

describe.each(Object.keys(proxies) as (keyof typeof proxies)[])("behind %s", (name) => {
  const isThere = spawnSync(name, ["-v"]).error === undefined;

  it.skipIf(!isThere)(
    `answers every request although one of two servers is killed again and again${isThere ? "" : ` (there is no ${name}: apt-get install ${name})`}`,
    async () => {
      const [own, ...ports] = (await freePorts(3)) as [number, number, number];
      const servers = await Promise.all(ports.map(startServerAt));
      const url = await startProxy(name, own, ports);
      const image = await photograph();
      const inference = JSON.stringify({ inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [image.toString("base64")] }] });
      const state = { answers: 0, isOver: false };
      const faults: string[] = [];
      const client = async (path: string, body: string | Uint8Array<ArrayBuffer>) => {
        while (!state.isOver) {
          const reply = await fetch(url + path, { method: "POST", body }).catch((error: Error) => error);
          state.answers++;
          if (reply instanceof Error) faults.push(`${reply.message}: ${(reply.cause as Error | undefined)?.message}`);
          else if (reply.status !== 200) faults.push(`${reply.status} ${await reply.text()}`);
          else await reply.arrayBuffer();
        }
      };
      const clients = [0, 1, 2, 3].map((i) =>
        i % 2 === 0 ? client("/predict", new Uint8Array(image)) : client("/v2/models/ltad/infer", inference),
      );
      for (let i = 0; i < kills; i++) {
        const next = state.answers + 20; // counted in answers, so that a slow machine has as much to do between two kills
        while (state.answers < next) await wait(5);
        await servers[i % 2]!.kill();
        const without = state.answers + 20;
        while (state.answers < without) await wait(5);
        await servers[i % 2]!.start();
        await wait(2500); // HAProxy asks for the health of a server once a second, and uses it then
      }
      state.isOver = true;
      await Promise.all(clients);
      expect(faults).toEqual([]);
      expect(state.answers).toBeGreaterThanOrEqual(40 * kills);
    },
    900_000,
  );
});
