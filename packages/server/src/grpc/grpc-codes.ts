import { status } from "@grpc/grpc-js";

/** gRPC's codes for our statuses: the one table. */
export const grpcCodes: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  413: status.RESOURCE_EXHAUSTED,
  422: status.INVALID_ARGUMENT,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};
