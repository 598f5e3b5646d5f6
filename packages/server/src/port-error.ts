import { LtadError } from "@ltad/core";

/** The error for an address or a port that cannot be used. */
export function portError(host: string, port: number, error: unknown): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: "is in use. Choose another port, or 0 for any free one.",
    EACCES: "may not be opened by this user. Choose a port above 1023.",
    EADDRNOTAVAIL: "is not an address of this machine. Choose another host.",
    ENOTFOUND: "is not a name that this machine knows. Choose another host.",
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason ? new LtadError("LTAD_CONFIG", `${host}:${port} ${reason}`, { cause: error }) : (error as Error);
}
