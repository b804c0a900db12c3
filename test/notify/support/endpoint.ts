import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type Server, type Socket } from "node:net";
import { join } from "node:path";

/** A key and a certificate for `alerts.test` by which nobody but these tests is trusted. */
export const PEM = readFileSync(join(import.meta.dirname, "alerts.test.pem"), "utf8");

/** What the endpoint was sent. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server on loopback that can be closed at once, with all that hangs on it. */
export interface Listening {
  readonly port: number;
  /** How many connections were ever made to it. */
  connections(): number;
  /** Waits until the other side has closed every one of them. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<Listening> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => undefined)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("It listens on a port.");
  return {
    port: address.port,
    connections: () => sockets.length,
    allClosed: async () => {
      await Promise.all(sockets.filter(({ closed }) => !closed).map((socket) => once(socket, "close")));
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), "close");
    },
  };
}

/** An HTTP or HTTPS server on loopback that keeps what it is sent and answers as it is told. */
export interface Endpoint extends Listening {
  readonly origin: string;
  readonly received: readonly Received[];
}

export async function startEndpoint(
  answer: (response: ServerResponse) => void,
  { tls = false } = {},
): Promise<Endpoint> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url: path, headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString("utf8") });
      answer(response);
    });
  };
  const server = tls ? createTlsServer({ key: PEM, cert: PEM }, listener) : createServer(listener);
  // It is for the client to close connections.
  server.keepAliveTimeout = 0;
  const listening = await listen(server);
  const origin = tls ? `https://alerts.test:${listening.port}` : `http://127.0.0.1:${listening.port}`;
  return { ...listening, origin, received };
}
