import { expect, it } from "vitest";
import { isTransient, s3Error } from "./s3-error.js";

const answer = (name: string, status?: number) =>
  Object.assign(new Error("said so"), { name, ...(status !== undefined && { $metadata: { httpStatusCode: status } }) });
const place = { bucket: "plant", key: "x", endpoint: "http://127.0.0.1:7070" };

it.each([
  [answer("SlowDown", 503)],
  [answer("InternalError", 500)],
  [answer("TooManyRequests", 429)],
  [answer("RequestTimeTooSkewed", 403)],
  [answer("BadDigest", 400)],
  [Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
  [new Error("3 of 5 bytes arrived")],
])("tries %s again, and says LTAD_FETCH in the end", (error) => {
  expect(isTransient(error)).toBe(true);
  expect(s3Error(error, place, 6)).toMatchObject({ code: "LTAD_FETCH" });
  expect(s3Error(error, place, 6).message).toMatch(/^s3:\/\/plant\/x: http:\/\/127\.0\.0\.1:7070 failed, 6 times \(/);
});

it.each([
  [answer("NoSuchBucket", 404), "LTAD_CONFIG", /has no bucket plant/],
  [answer("AccessDenied", 403), "LTAD_CONFIG", /refuses these keys \(AccessDenied\)/],
  [answer("Unheard", 403), "LTAD_CONFIG", /refuses these keys \(Unheard\)/],
  [answer("CredentialsProviderError"), "LTAD_CONFIG", /no keys for S3 were found/],
  [new Error("Region is missing"), "LTAD_CONFIG", /Set AWS_REGION/],
  [answer("PermanentRedirect", 301), "LTAD_CONFIG", /another region/],
  [answer("QuotaExceeded", 403), "LTAD_WRITE", /the store is full/],
  [answer("Unheard", 507), "LTAD_WRITE", /the store is full/],
  [answer("MethodNotAllowed", 405), "LTAD_FETCH", /failed \(MethodNotAllowed: said so\)/],
])("does not try %s again", (error, code, message) => {
  expect(isTransient(error)).toBe(false);
  expect(s3Error(error, place, 1)).toMatchObject({ code });
  expect(s3Error(error, place, 1).message).toMatch(message);
});
