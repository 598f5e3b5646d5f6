import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpError, statuses, toHttpError } from "../http-error.js";

/** Every error leaves by one of these ways: a status, a code and a sentence, never a stack. */
export function addErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error, request, reply) => {
    if (toHttpError(error).status === 500) request.log.error({ err: error }, "failed");
    return sendError(error, request, reply);
  });
}

/** What the router finds wrong with a URL. */
export function frameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendError(error, request, reply);
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message, headers } = toHttpError(error);
  const body = request.url.startsWith("/v2") ? { error: `${code}: ${message}` } : { error: { code, message } };
  return reply.code(status).headers(headers).type("application/json; charset=utf-8").send(JSON.stringify(body));
}

const broken: Readonly<Record<string, HttpError>> = {
  HPE_HEADER_OVERFLOW: new HttpError("LTAD_HEADERS", "The headers of the request are larger than 16 KiB."),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError("LTAD_SLOW", "The request did not arrive in time."),
};

/** Node answers these two by itself, with no body or not at all. */
export function answerOddRequests({ server }: FastifyInstance): void {
  server.on("checkExpectation", (request, response) => server.emit("request", request, response)); // a server may ignore what is expected of it
  const refusal = new HttpError("LTAD_METHOD", "CONNECT is not possible here: this server is not a proxy.");
  server.on("connect", (_, socket) => answerOnSocket(refusal, socket as Socket));
}

/** Answers what is no HTTP, or came too slowly. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  answerOnSocket(broken[error.code ?? ""] ?? new HttpError("LTAD_REQUEST", "This is not a valid HTTP request."), socket);
}

/** There is no request and no reply, only a socket. */
function answerOnSocket({ code, message }: HttpError, socket: Socket): void {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${statuses[code]} ${STATUS_CODES[statuses[code]]}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
}
