import { createServer, type AddressInfo, type Server } from "node:net";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { tinyDataset } from "@ltad/evaluate/testing";
import { Aedes } from "aedes";
import { expect, it, onTestFinished } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

/** A broker that keeps what is published. */
async function broker(password?: string) {
  const aedes = await Aedes.createBroker({
    authenticate: (_, user, secret, done) => done(null, password === undefined || (user === "line" && secret?.toString() === password)),
  });
  const published: { topic: string; payload: string; qos: number }[] = [];
  aedes.on("publish", ({ topic, payload, qos }, client) => void (client && published.push({ topic, payload: payload.toString(), qos })));
  const server: Server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    aedes.close();
    server.close();
  });
  return { published, port: (server.address() as AddressInfo).port };
}

async function inbox() {
  const root = await temporaryFolder();
  const model = await brightnessBundle(join(root, "model"), ["tile"]);
  const data = await tinyDataset(join(root, "data"), { tile: { train: 0, good: 2, defect: 0 } });
  await mkdir(join(root, "inbox"));
  for (const name of ["0.png", "1.png"]) await copyFile(join(data, "tile/test/good", name), join(root, "inbox", name));
  return { folder: join(root, "inbox"), model };
}

it("publishes each result at a broker", async () => {
  const [{ folder, model }, { published, port }] = [await inbox(), await broker("geheim")];
  const url = `mqtt://line:geheim@127.0.0.1:${port}`;
  const { code, stdout, stderr } = await ltad(
    "watch",
    folder,
    "--model",
    model,
    "--once",
    "--json",
    "--mqtt",
    url,
    "--topic",
    "line1/results",
  );
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("warning")]);
  const lines = stdout.trimEnd().split("\n");
  expect(published).toEqual(lines.map((payload) => ({ topic: "line1/results", payload, qos: 1 })));
  expect(lines).toHaveLength(2);
});

it("says that a broker refuses the login, judges all the same, and publishes in the next run", async () => {
  const [{ folder, model }, { published, port }] = [await inbox(), await broker("geheim")];
  const refused = await ltad("watch", folder, "--model", model, "--once", "--json", "--mqtt", `mqtt://line:falsch@127.0.0.1:${port}`);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/warning .*Not authorized.*did not accept all results/s)]);
  expect(refused.stderr).not.toContain("falsch");
  expect([refused.stdout.trimEnd().split("\n").length, published.length]).toEqual([2, 0]);
  await ltad("watch", folder, "--model", model, "--once", "--mqtt", `mqtt://line:geheim@127.0.0.1:${port}`);
  expect(published).toHaveLength(2);
}, 30_000);
