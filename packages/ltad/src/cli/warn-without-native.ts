import type { Session } from "./session.js";

/** Tells a person, once for each command, when graphs run on WebAssembly because the native runtime is missing. */
export async function warnWithoutNative({ warn }: Pick<Session, "warn">): Promise<void> {
  const { runtimeInfo } = await import("@ltad/runtime");
  const { problem } = await runtimeInfo();
  if (problem !== undefined) warn(problem);
}
