import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What a network does: passes on, cuts every connection, swallows everything, or is slow. */
export type Weather = "clear" | "cut" | "silent" | { readonly delay: number };

/** A TCP proxy between workers and a server, whose network a test disturbs. */
export async function relay(port: number) {
  let weather: Weather = "clear";
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    if (weather === "cut") {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => {
        if (weather === "silent") return; // lost, as behind a broken switch
        if (typeof weather === "object") setTimeout(() => to.writable && to.write(chunk), weather.delay);
        else to.write(chunk);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const dropAll = () => sockets.forEach((socket) => socket.destroy());
  onTestFinished(() => {
    dropAll();
    listener.close();
  });
  return {
    port: (listener.address() as AddressInfo).port,
    /** Connections of a silent network stay broken after it. */
    become(next: Weather) {
      const before = weather;
      weather = next;
      if (next === "cut" || before === "silent") dropAll();
    },
  };
}
