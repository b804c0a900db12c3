import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../../src/clock.js";
import type { Budgeting } from "../../src/github/budget/installation-budget.js";
import { connectGitHub, type GitHub, type Installation } from "../../src/github/github.js";
import { silentLogger } from "../../src/logger.js";

export const APP_ID = 4242;
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Sent instead of `json`, as it stands. */
  readonly text?: string;
  /** The connection is cut instead. */
  readonly cut?: boolean;
}

/** A server that speaks JSON as it is told, and hands out tokens: just enough for the door's own code. */
export class StubGitHub {
  readonly calls: Call[] = [];
  /** The tag with which each was asked, if with any. */
  readonly tags: (string | undefined)[] = [];
  #answer: (call: Call) => Answer = () => ({ status: 404, json: {} });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      void readJson(request).then((body) => {
        const call = { method: request.method ?? "", path: request.url ?? "", body };
        if (call.path.endsWith("/access_tokens")) {
          const token = { token: "ghs_1", expires_at: "2999-01-01T00:00:00Z", permissions: {} };
          response.writeHead(201, JSON_TYPE).end(JSON.stringify(token));
          return;
        }
        this.calls.push(call);
        this.tags.push(request.headers["if-none-match"]);
        const { status = 200, headers = {}, json, text, cut = false } = this.#answer(call);
        if (cut) request.socket.destroy();
        else response.writeHead(status, { ...JSON_TYPE, ...headers }).end(text ?? JSON.stringify(json));
      });
    });
  }

  static async start(): Promise<StubGitHub> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new StubGitHub(server);
  }

  /** The app's own door to it, as one installation. */
  connect(): Installation {
    return this.door().forInstallation(55);
  }

  /** The app's own door to it. */
  door(clock: Clock = systemClock, budgeting?: Budgeting): GitHub {
    return connectGitHub({ appId: APP_ID, privateKey, apiUrl: this.url }, clock, silentLogger, budgeting);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  answer(answer: (call: Call) => Answer): void {
    this.#answer = answer;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

const JSON_TYPE = { "content-type": "application/json" };

async function readJson(request: IncomingMessage): Promise<Call["body"]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : (JSON.parse(text) as Call["body"]);
}
