import { LtadError } from "@ltad/core";

/** What was read, written or listed. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
  readonly endpoint?: string | undefined;
}

/** What an S3 server says for good, and what to do. */
const denied = new Set([
  "AccessDenied",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "Forbidden",
  "AllAccessDisabled",
  "XAdminUserNotFound", // of versitygw
]);
const elsewhere = new Set(["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]);
const noKeys = new Set(["CredentialsProviderError", "TokenProviderError"]);
const full = new Set(["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"]);
/** A request that arrived late or damaged. */
const again = new Set([
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "SlowDown",
  "BadDigest",
  "IncompleteBody",
  "XAmzContentSHA256Mismatch",
  "OperationAborted",
]);

/** The HTTP status of an answer; undefined where none arrived. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** Whether the same request may succeed in a while: the server is busy or out of reach, or the answer was cut off. */
export function isTransient(error: unknown): boolean {
  const { name, message } = error as Error;
  if (noKeys.has(name) || full.has(name) || elsewhere.has(name) || message.startsWith("Region is missing")) return false;
  const status = statusOf(error);
  return again.has(name) || status === undefined || status < 400 || (status >= 500 && status !== 507) || status === 408 || status === 429;
}

/** The same for a person. */
export function s3Error(error: unknown, { bucket, key, endpoint }: Place, tries: number): LtadError {
  const { name, message, code } = error as Error & { readonly code?: string };
  const where = `s3://${bucket}/${key}`;
  const server = endpoint ?? "AWS";
  const config = (text: string) =>
    new LtadError("LTAD_CONFIG", `${where}: ${text}`, { cause: error, details: { field: "store", received: where } });
  if (name === "NoSuchBucket") return config(`${server} has no bucket ${bucket}. Create it, or check its name and --s3-endpoint.`);
  if (name === "NoSuchKey" || name === "NotFound")
    return new LtadError("LTAD_DATA", `${where}: there is no such object.`, { cause: error, details: { file: where } });
  if (name === "InvalidBucketName") return config(`${bucket} is not a valid name for a bucket.`);
  if (noKeys.has(name)) return config(`no keys for S3 were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.`);
  if (message.startsWith("Region is missing"))
    return config("the region is not known. Set AWS_REGION, or --s3-endpoint for a server other than AWS.");
  if (full.has(name) || statusOf(error) === 507)
    return new LtadError("LTAD_WRITE", `${where}: the store is full (${name}). Make room and start again.`, { cause: error });
  if (denied.has(name) || (statusOf(error) === 403 && !again.has(name)))
    return config(
      `${server} refuses these keys (${name}). They need to list, read and write in the bucket; check AWS_ACCESS_KEY_ID, AWS_PROFILE or the role.`,
    );
  if (elsewhere.has(name)) return config(`the bucket is in another region (${message}). Set AWS_REGION.`);
  const reason =
    name === "Error" || name === "TimeoutError" || statusOf(error) === undefined ? message || (code ?? name) : `${name}: ${message}`;
  const often = tries > 1 ? `, ${tries} times` : "";
  return new LtadError("LTAD_FETCH", `${where}: ${server} failed${often} (${reason}). Check that the server runs and can be reached.`, {
    cause: error,
    details: { url: where },
  });
}
