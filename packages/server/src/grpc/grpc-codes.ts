import { status } from "@grpc/grpc-js";
import type { HttpError } from "../http-error.js";

/** gRPC's codes for our statuses: the one table. */
const grpcCodes: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  413: status.RESOURCE_EXHAUSTED,
  422: status.INVALID_ARGUMENT,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** An error as gRPC says it. */
export function grpcStatus({ status: http, code, message }: HttpError): { readonly code: status; readonly details: string } {
  return { code: grpcCodes[http] ?? status.INTERNAL, details: `${code}: ${message}` };
}
