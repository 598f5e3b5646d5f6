import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** A queue server of its own for a test, on this machine only. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again at the same place. */
  start(): Promise<void>;
}

/** Whether a program is there. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}

/** Redis without persistence: after `kill` it has forgotten everything. @param more its arguments, which may need the port */
export async function redisServer(more: readonly string[] | ((port: number) => readonly string[]) = []): Promise<TestServer> {
  const port = await freePort();
  const own = typeof more === "function" ? more(port) : more;
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...own];
  return server(port, `redis://127.0.0.1:${port}`, () => spawn("redis-server", args, { stdio: "ignore" }));
}

/** PostgreSQL in a folder of its own; root cannot run it, so another user does. @param password of its user; none by default */
export async function postgresServer(password?: string): Promise<TestServer> {
  const port = await freePort();
  const folder = temporary("postgres");
  const user = process.getuid?.() === 0 ? postgresUser() : undefined;
  const file = join(folder, "password");
  if (password !== undefined) writeFileSync(file, password);
  for (const path of password === undefined ? [folder] : [folder, file]) if (user) chownSync(path, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const data = join(folder, "data");
  const access = password === undefined ? ["-A", "trust"] : ["-A", "scram-sha-256", `--pwfile=${file}`];
  execFileSync("initdb", ["-D", data, "-U", "ltad", ...access, "--no-sync"], { ...user, stdio: "ignore", cwd: tmpdir() });
  const args = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", folder];
  const url = `postgres://ltad@127.0.0.1:${port}/postgres`;
  return server(port, url, () => spawn("postgres", args, { ...user, stdio: "ignore", cwd: tmpdir() }));
}

/** What the S3 server of tests takes. */
export const s3Keys = { AWS_ACCESS_KEY_ID: "tester", AWS_SECRET_ACCESS_KEY: "test-secret" };

/** versitygw: buckets are folders in a folder. @param folder where they are; a new one by default */
export async function s3Server(folder = temporary("s3")): Promise<TestServer> {
  const port = await freePort();
  const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret } = s3Keys;
  const args = ["--access", access, "--secret", secret, "--port", `127.0.0.1:${port}`, "--quiet", "posix", folder];
  return server(port, `http://127.0.0.1:${port}`, () => spawn("versitygw", args, { stdio: "ignore" }));
}

function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ltad-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function server(port: number, url: string, run: () => ChildProcess): Promise<TestServer> {
  let child: ChildProcess | undefined;
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  const start = async () => {
    child = run();
    while (!(await answers(port))) await sleep(50);
  };
  onTestFinished(kill);
  await start();
  return { url, port, kill, start };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answer = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
  socket.destroy();
  return answer;
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const { port } = listener.address() as AddressInfo;
  await new Promise((done) => listener.close(done));
  return port;
}
