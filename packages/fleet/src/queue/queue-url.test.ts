import { describe, expect, it } from "vitest";
import { queueUrl, withoutPassword } from "./queue-url.js";

const secret = "p@s:s/w#o?r&d%+";

describe("the URL of a queue", () => {
  it.each([
    "redis://127.0.0.1",
    "rediss://:x@queue:6380/3",
    "redis://queue/",
    "postgres://ltad@db/ltad?sslmode=verify-full",
    "postgresql://ltad:x@[::1]:5432/ltad",
    `redis://:${encodeURIComponent(secret)}@queue`,
  ])("may be %s", (text) => {
    expect(queueUrl(text).href).toContain(new URL(text).host);
  });

  it.each([
    ["localhost:6379x", "received localhost:6379x."],
    ["amqp://user:secret@host/x", "received amqp://host."],
    ["redis://queue/plant", "expected the number of a database after redis://queue/, received plant."],
    ["postgres://ltad:secret#1@db/ltad", "write / as %2F"],
    ["postgres://ltad:98#secret@db/ltad", "write / as %2F"],
    ["postgres://ltad:98?secret@db/ltad", "write / as %2F"],
    ["redis://:secret/x@queue", "write / as %2F"],
    ["redis://ltad:98/secret@queue", "write / as %2F"],
    ["redis://:secret%@queue", "write / as %2F"],
  ])("may not be %s, and no message repeats a password", (text, message) => {
    expect(() => queueUrl(text)).toThrow(message);
    expect(() => queueUrl(text)).not.toThrow(/secret|98/);
  });

  it("is shown without its password", () => {
    expect(withoutPassword(`redis://ltad:${encodeURIComponent(secret)}@queue:6379/1`)).toBe("redis://ltad:PASSWORD@queue:6379/1");
    expect(withoutPassword("postgres://db/ltad?user=ltad&password=secret")).toBe("postgres://db/ltad?user=ltad&password=PASSWORD");
    expect(withoutPassword("redis://queue:6379")).toBe("redis://queue:6379");
    expect(withoutPassword("redis://:secret#@x@queue")).toBe("redis://queue");
  });
});
