import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "../logger.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** `METHOD /path` → what answers it. */
export type Routes = Readonly<Record<string, Handler>>;

export interface RunningServer {
  readonly url: string;
  /** Lets requests under way finish, takes no new ones. */
  close(): Promise<void>;
}

/** A request's headers and body are due within this time: GitHub itself gives a delivery 10 s. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Serves a fixed set of routes; anything else is 404, and a handler that throws is 500 without detail. */
export async function serve(
  routes: Routes,
  { host, port }: { readonly host: string; readonly port: number },
  logger: Logger,
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    // A client that always has a request under way, such as a health check, must not keep a closing server open.
    response.once("close", () => {
      if (!server.listening) server.closeIdleConnections();
    });
    void route(routes, request, response, logger);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: () => close(server) };
}

async function route(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger,
): Promise<void> {
  const path = pathOf(request.url ?? "/");
  const handler = path === null ? undefined : routes[`${request.method ?? "GET"} ${path}`];
  try {
    if (handler === undefined) sendJson(response, 404, { error: "not-found" });
    else await handler(request, response);
  } catch (error) {
    logger.error({ err: error, path }, "A request failed");
    if (!response.headersSent) sendJson(response, 500, { error: "internal" });
  }
}

/** `null` for what is no address: anyone can write anything into a request line. */
function pathOf(target: string): string | null {
  const base = "http://localhost";
  return URL.canParse(target, base) ? new URL(target, base).pathname : null;
}

/** Answers with a JSON body; does nothing if the other side has gone. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  // With its length it goes out in one piece, and not in chunks.
  const described = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  };
  response.writeHead(status, described).end(text);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeIdleConnections();
  });
}
