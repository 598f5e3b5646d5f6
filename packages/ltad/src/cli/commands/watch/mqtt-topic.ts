import { LtadError } from "@ltad/core";
import type { Receiver } from "./outbox.js";

/**
 * Publishes results under a topic of an MQTT broker, and waits for its receipt (QoS 1). The package mqtt is loaded here, so that only its users
 * need it. @throws LtadError `LTAD_CONFIG`
 */
export async function mqttTopic(address: string, topic: string, warn: (line: string) => void): Promise<Receiver> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !["mqtt:", "mqtts:", "ws:", "wss:"].includes(url.protocol))
    throw new LtadError("LTAD_CONFIG", `--mqtt: expected a URL such as mqtt://127.0.0.1:1883, received ${address}.`);
  if (topic === "" || /[+#\0]/.test(topic))
    throw new LtadError(
      "LTAD_CONFIG",
      `--topic: expected a topic without + and #, such as line1/results, received ${JSON.stringify(topic)}.`,
    );
  const { default: mqtt } = await import("mqtt").catch((error: unknown) => {
    throw new LtadError("LTAD_CONFIG", "--mqtt: the package mqtt is missing. Install it: npm install mqtt", { cause: error });
  });
  const name = `${url.protocol}//${url.host}`;
  const client = mqtt.connect(address, { reconnectOnConnackError: true });
  let isSaid = false;
  const say = (why: string) => {
    if (!isSaid) warn(`${name}: ${why} Results are kept and sent later.`);
    isSaid = true;
  };
  client.on("connect", () => {
    if (isSaid) warn(`${name}: accepts results again.`);
    isSaid = false;
  });
  client.on("error", (error) => say(`${reasonOf(error)}.`));
  client.on("close", () => say("not connected."));
  return {
    name,
    async send(line, signal) {
      if (!client.connected) await connected(client, signal);
      await client.publishAsync(topic, line, { qos: 1 });
      return "sent";
    },
    async close() {
      client.removeAllListeners("close");
      await client.endAsync(true);
    },
  };
}

function reasonOf({ message, code }: Error & { readonly code?: string | number }): string {
  return message || `not connected (${code ?? "unknown reason"})`;
}

/** Waits for the connection, which the client makes again and again. */
async function connected(client: { once(event: "connect", then: () => void): unknown }, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    signal.addEventListener("abort", () => reject(new Error("not connected.")), { once: true });
  });
}
