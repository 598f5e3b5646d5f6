import { availableParallelism, freemem, totalmem } from "node:os";
import { version } from "@ltad/core";
import { type Finding, ok, note, wrong } from "./finding.js";

const gib = 2 ** 30;

/** Versions and size of the machine. */
export function examineMachine(): Finding[] {
  return [ok("ltad", version), node(), ok("platform", platform()), ok("cores", String(availableParallelism())), memory()];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 20)) return ok("Node.js", process.version);
  return wrong("Node.js", process.version, "Install Node.js 20.20 or newer.");
}

function platform(): string {
  const libc = process.platform === "linux" ? `, ${libcOf()}` : "";
  return `${process.platform} ${process.arch}${libc}`;
}

/** Native packages are built for glibc; Alpine Linux has musl. */
function libcOf(): string {
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const glibc = report.header.glibcVersionRuntime;
  return glibc === undefined ? "musl" : `glibc ${glibc}`;
}

function memory(): Finding {
  const value = `${(freemem() / gib).toFixed(1)} of ${(totalmem() / gib).toFixed(1)} GiB free`;
  if (totalmem() >= 2 * gib) return ok("memory", value);
  return note("memory", value, "Training needs about 2 GiB; prediction needs about 0.5 GiB.");
}
