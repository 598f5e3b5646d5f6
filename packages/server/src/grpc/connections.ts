import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { portError } from "../port-error.js";

/** Both ends of a connection. */
interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

const keyOf = ({ remoteAddress, remotePort, localAddress, localPort }: Ends) =>
  [remoteAddress, remotePort, localAddress, localPort].join(" ");

/** The connections of gRPC, whose number and whose sockets grpc-js leaves open. */
export class Connections {
  readonly #sockets = new Map<string, Socket>();
  readonly #servers: Server[] = [];

  /** @param most connections at the same time */
  constructor(private readonly most: number) {}

  /** Listens on all addresses of a host. @returns the port @throws LtadError `LTAD_CONFIG` when none of them can be used */
  async listen(host: string, port: number, begin: (socket: Socket) => void): Promise<number> {
    let [bound, fault]: [number, unknown] = [port, undefined];
    const addresses = await lookup(host, { all: true }).catch((error: unknown) => ((fault = error), []));
    for (const { address } of addresses) {
      const server = createServer((socket) => this.#begin(socket, begin));
      try {
        await once(server.listen(bound, address), "listening");
      } catch (error) {
        fault ??= error;
        continue;
      }
      bound = (server.address() as AddressInfo).port;
      this.#servers.push(server);
    }
    if (this.#servers.length === 0) throw portError(host, port, fault);
    return bound;
  }

  /** The socket under a call. Destroying what Node's HTTP/2 shows of it waits for what its client does not read. */
  find(ends: Ends): Socket | undefined {
    return this.#sockets.get(keyOf(ends));
  }

  /** Takes no more connections; those that are open stay. */
  stop(): void {
    for (const server of this.#servers) server.close();
  }

  end(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #begin(socket: Socket, begin: (socket: Socket) => void): void {
    if (this.#sockets.size >= this.most) return void socket.destroy();
    const key = keyOf(socket);
    this.#sockets.set(key, socket);
    socket.once("close", () => this.#sockets.delete(key));
    begin(socket);
  }
}
