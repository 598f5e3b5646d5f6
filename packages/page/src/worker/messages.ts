import type { Judged } from "../app/judged.js";

export type ToWorker =
  | { readonly type: "open"; readonly bundle: string; readonly runtimeUrl: string; readonly headers: Record<string, string> }
  | { readonly type: "judge"; readonly id: number; readonly image: File; readonly class: string | undefined };

export type FromWorker =
  | { readonly type: "bytes"; readonly loaded: number; readonly total: number }
  | { readonly type: "opened"; readonly provider: string }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "judged"; readonly id: number; readonly judged: Judged }
  | { readonly type: "refused"; readonly id: number; readonly message: string };
