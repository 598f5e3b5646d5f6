// Queues with passwords, certificates and databases, on real servers: npm run test:fleet
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { hasProgram, postgresServer, redisServer } from "../testing/servers.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { bullQueue } from "./bull-queue.js";

/** Every character that means something in a URL. */
const secret = "p@s:s/w#o?r&d%+";
const encoded = encodeURIComponent(secret);

async function works(url: string): Promise<void> {
  const queue = await bullQueue(url);
  await queue.add("0123", [{ plan: "plan", shard: 0 }]);
  expect(await queue.failed("0123")).toEqual([]);
  await queue.close();
}

async function refusal(url: string): Promise<{ readonly code: string; readonly message: string }> {
  const error = await bullQueue(url).then(
    () => new Error("not refused"),
    (fault: unknown) => fault as Error,
  );
  expect(error.message).not.toMatch(/p@s|p%40s|wrong|stranger/);
  return { code: (error as { code?: string }).code ?? "", message: error.message };
}

const said = (host: string, reason: string) => ({
  code: "LTAD_CONFIG",
  message: expect.stringMatching(new RegExp(`^--queue: the server ${host} refuses the connection \\(${reason}`)) as string,
});

describe("a queue in Redis", { timeout: 120_000 }, () => {
  beforeEach(({ skip }) => skip(!hasProgram("redis-server"), "no redis-server on this machine"));

  it("is used with a password of any characters, and says what does not fit", async () => {
    const { port } = await redisServer(["--requirepass", secret]);
    const host = `127.0.0.1:${port}`;
    await works(`redis://:${encoded}@${host}`);
    await works(`redis://default:${encoded}@${host}/15`);
    expect(await refusal(`redis://${host}`)).toEqual(said(host, "NOAUTH"));
    expect(await refusal(`redis://:wrong@${host}`)).toEqual(said(host, "WRONGPASS"));
    expect(await refusal(`redis://stranger:${encoded}@${host}`)).toEqual(said(host, "WRONGPASS"));
    expect(await refusal(`redis://:${encoded}@${host}/99`)).toEqual(said(host, "ERR DB index is out of range"));
  });

  it("is used over TLS, whose certificate it checks", async ({ skip }) => {
    skip(!hasProgram("openssl"), "no openssl on this machine");
    const folder = await temporaryFolder();
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, ...subject];
    execFileSync("openssl", args, { stdio: "ignore" });
    const tls = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"];
    const { port } = await redisServer((own) => ["--port", "0", "--tls-port", String(own), ...tls]);
    expect(await refusal(`rediss://127.0.0.1:${port}`)).toEqual(said(`127.0.0.1:${port}`, "self-signed certificate"));
    const program = `import { bullQueue } from ${JSON.stringify(new URL("bull-queue.ts", import.meta.url).href)};
      const queue = await bullQueue("rediss://127.0.0.1:${port}");
      await queue.add("0123", [{ plan: "plan", shard: 0 }]);
      await queue.close();
      console.log("added");`;
    const node = ["--conditions=@ltad/source", "--import=tsx", "--input-type=module", "-e", program];
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
    expect(execFileSync(process.execPath, node, { env, encoding: "utf8", cwd: import.meta.dirname })).toBe("added\n");
  });
});

it("is used in PostgreSQL with a password of any characters, and says what does not fit", { timeout: 120_000 }, async ({ skip }) => {
  skip(!hasProgram("initdb"), "no PostgreSQL on this machine");
  const { port } = await postgresServer(secret);
  const host = `127.0.0.1:${port}`;
  await works(`postgres://ltad:${encoded}@${host}/postgres`);
  expect(await refusal(`postgres://ltad:wrong@${host}/postgres`)).toEqual(said(host, "password authentication failed"));
  expect(await refusal(`postgres://ltad@${host}/postgres`)).toEqual(said(host, ".*password must be a string"));
  expect(await refusal(`postgres://ltad:${encoded}@${host}/nothing`)).toEqual(said(host, 'database "nothing" does not exist'));
  expect(await refusal(`postgres://ltad:${encoded}@${host}/postgres?sslmode=verify-full`)).toEqual(said(host, ".*not support SSL"));
});
