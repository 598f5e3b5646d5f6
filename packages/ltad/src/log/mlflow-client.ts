import { LtadError } from "@ltad/core";

/** A call of MLflow's REST API, version 2.0. */
export type MlflowCall = (
  method: "GET" | "POST",
  path: string,
  body: Readonly<Record<string, unknown>>,
) => Promise<Record<string, unknown>>;

/** An answer of MLflow that says no. */
export class MlflowRefusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const patience = 10_000; // ms

/** @throws LtadError `LTAD_CONFIG` for an address that is none */
export function mlflowClient(address: string, token: string | undefined): MlflowCall {
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new LtadError("LTAD_CONFIG", `mlflow: expected the address of a server, such as http://127.0.0.1:5000, received ${address}.`);
  const base = `${address.replace(/\/+$/, "")}/api/2.0/mlflow/`;
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  return async (method, path, body) => {
    const query = method === "GET" ? `?${new URLSearchParams(body as Record<string, string>).toString()}` : "";
    const content = method === "GET" ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${base}${path}${query}`, { method, headers, ...content, signal: AbortSignal.timeout(patience) });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok) return answer;
    const text = (name: string) => (typeof answer[name] === "string" ? answer[name] : undefined);
    throw new MlflowRefusal(text("error_code") ?? String(response.status), text("message") ?? response.statusText);
  };
}

/** The error of a server that cannot be used. */
export function mlflowError(address: string, error: unknown): LtadError {
  if (error instanceof LtadError) return error;
  const { message, cause } = error as Error;
  const why = cause instanceof Error && cause.message ? cause.message : message;
  const remedy = "Start one with `mlflow server`, correct the address, or train without --mlflow.";
  return new LtadError("LTAD_FETCH", `mlflow ${address}: no MLflow server answers there (${why}). ${remedy}`, {
    cause: error,
    details: { url: address },
  });
}
