import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../src/clock.js";
import type { GraphqlService } from "../graphql/service.js";
import type { Router, Routed } from "../rest/router.js";
import { isJson, type Json } from "../world/json.js";
import { Refusal } from "../world/refusal.js";
import type { AccessOffice, Caller } from "./access.js";
import type { Fault, Faults, PlannedFault } from "./faults.js";
import { callerKey, type RateLimits, type Resource } from "./limits.js";
import { json, refusalReply, type Reply, secondaryReply, send, sendHalf } from "./replies.js";
import type { RestService } from "./rest-service.js";
import { chargeOf } from "./secondary-limits.js";
import { isGitPath, type SmartHttp } from "./smart-http.js";

/** One request to the API as it was answered; `status` is 0 where the connection was dropped. */
export interface RecordedRequest {
  readonly method: string;
  /** After `/api/v3`, with the query; `/graphql` for GraphQL. */
  readonly path: string;
  /** A REST operation id, or the name of a GraphQL operation. */
  readonly operation: string | null;
  readonly caller: string | null;
  readonly body: Json | null;
  /** When it came, by GitHub's clock. */
  readonly at: Date;
  /** Where it was answered with an old answer: when that was first given. */
  stale: Date | null;
  status: number;
}

export interface ServerParts {
  readonly clock: Clock;
  readonly office: AccessOffice;
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly router: Router;
  readonly rest: RestService;
  readonly graphql: GraphqlService;
  readonly git: SmartHttp;
  readonly violation: (message: string) => void;
}

const API = "/api/v3";

interface ApiRequest {
  readonly message: IncomingMessage;
  readonly url: URL;
  readonly method: string;
  readonly path: string;
  readonly body: Json | null;
  readonly routed: Routed | null;
  readonly operation: string | null;
}

/** The HTTP server: reads requests, lets faults have their way, asks REST, GraphQL or git, and writes what they say. */
export class LoopbackServer {
  readonly requests: RecordedRequest[] = [];
  readonly #parts: ServerParts;
  readonly #server: Server;
  readonly #lastReplies = new Map<string, { readonly reply: Reply; readonly at: Date }>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#server = createServer((message, response) => {
      this.#serve(message, response).catch((error: unknown) => {
        parts.violation(
          `the loopback GitHub failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        response.destroy();
      });
    });
  }

  /** Listens on 127.0.0.1 and gives the address. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${isAddress(address) ? address.port : port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bodyOf(message);
    const url = new URL(message.url ?? "/", `http://${message.headers.host ?? "127.0.0.1"}`);
    const method = message.method ?? "GET";
    if (isGitPath(url.pathname)) {
      const request = { method, url, headers: message.headers, body: raw };
      send(response, await this.#parts.git.handle(request).catch(refusalReply));
      return;
    }
    const request = this.#read(message, url, method, raw);
    const record = this.#record(request);
    const fault = this.#parts.faults.take(request);
    await this.#respond(request, record, fault, response);
  }

  #read(message: IncomingMessage, url: URL, method: string, raw: Buffer): ApiRequest {
    const graphql = url.pathname === "/api/graphql";
    const path = graphql
      ? "/graphql"
      : url.pathname.startsWith(API)
        ? url.pathname.slice(API.length)
        : url.pathname;
    const body = parsed(raw);
    const routed = graphql ? null : this.#parts.router.find(method, path);
    const operation = graphql ? this.#parts.graphql.operationName(body) : (routed?.operation.id ?? null);
    return { message, url, method, path, body, routed, operation };
  }

  #record({ method, path, url, operation, body, message }: ApiRequest): RecordedRequest {
    const caller = this.#callerOrNull(message);
    const record = {
      method,
      path: `${path}${url.search}`,
      operation,
      caller: caller === null ? null : callerKey(caller),
      body,
      at: this.#parts.clock.now(),
      stale: null,
      status: 0,
    };
    this.requests.push(record);
    return record;
  }

  async #respond(
    request: ApiRequest,
    record: RecordedRequest,
    planned: PlannedFault | null,
    response: ServerResponse,
  ): Promise<void> {
    if (planned === null) {
      const reply = await this.#reply(request);
      record.status = reply.status;
      send(response, reply);
      return;
    }
    const { fault } = planned;
    const before = fault.kind === "drop" && fault.when === "before";
    if (fault.kind === "stale") record.stale = this.#lastReplies.get(this.#replyKey(request))?.at ?? null;
    const reply = before ? null : (this.#faultReply(request, fault) ?? (await this.#reply(request)));
    planned.meet();
    if (fault.kind === "slow") await planned.released();
    if (reply === null || fault.kind === "drop") {
      response.destroy();
      return;
    }
    record.status = reply.status;
    if (fault.kind === "half-body") sendHalf(response, reply);
    else send(response, reply);
  }

  /** The answer of a fault that comes instead of GitHub doing anything. */
  #faultReply(request: ApiRequest, fault: Fault): Reply | null {
    switch (fault.kind) {
      case "error":
        return json(fault.status, { message: fault.status === 403 ? "Forbidden" : "Server Error" });
      case "secondary-limit":
        return json(
          403,
          { message: "You have exceeded a secondary rate limit." },
          { "retry-after": String(fault.retryAfter) },
        );
      case "too-many-requests":
        return json(429, { message: "Too many requests" }, { "retry-after": String(fault.retryAfter) });
      case "primary-limit":
        return this.#exhausted(request);
      case "stale":
        return this.#stale(request, fault.orFresh ?? false);
      default:
        return null;
    }
  }

  #exhausted(request: ApiRequest): Reply {
    const caller = this.#callerOrNull(request.message);
    const headers = caller === null ? {} : this.#parts.limits.headers(caller, resourceOf(request));
    return json(403, { message: "API rate limit exceeded" }, { ...headers, "x-ratelimit-remaining": "0" });
  }

  #stale(request: ApiRequest, orFresh: boolean): Reply | null {
    const last = this.#lastReplies.get(this.#replyKey(request));
    if (last !== undefined || orFresh) return last?.reply ?? null;
    this.#parts.violation(`a stale answer was planned for ${request.path}, which was not asked before`);
    return json(500, { message: "nothing stale to answer" });
  }

  async #reply(request: ApiRequest): Promise<Reply> {
    const reply = await this.#answer(request).catch(refusalReply);
    const etag = `W/"${createHash("sha256").update(reply.body).digest("hex")}"`;
    const tagged = request.method === "GET" && reply.status === 200;
    const full = tagged ? { ...reply, headers: { ...reply.headers, etag } } : reply;
    if (reply.status === 200) {
      this.#lastReplies.set(this.#replyKey(request), { reply: full, at: this.#parts.clock.now() });
    }
    const unchanged = tagged && request.message.headers["if-none-match"] === etag;
    return unchanged ? this.#notModified(request, full) : full;
  }

  #notModified(request: ApiRequest, { headers }: Reply): Reply {
    const caller = this.#parts.office.authenticate(request.message.headers);
    const resource = resourceOf(request);
    this.#parts.limits.refund(caller, resource);
    const counted = this.#parts.limits.headers(caller, resource);
    return { status: 304, headers: { ...headers, ...counted }, body: Buffer.alloc(0) };
  }

  async #answer(request: ApiRequest): Promise<Reply> {
    const { office, limits } = this.#parts;
    const caller = office.authenticate(request.message.headers);
    // Free, as GitHub says.
    if (request.operation === "rate-limit/get") return await this.#admitted(request, caller);
    const refusal = limits.enter(caller, chargeOf(request.method, resourceOf(request), request.operation));
    if (refusal !== null)
      return refusal.limit === "primary" ? this.#exhausted(request) : secondaryReply(refusal);
    try {
      return await this.#admitted(request, caller);
    } finally {
      limits.leave(caller);
    }
  }

  async #admitted(request: ApiRequest, caller: Caller): Promise<Reply> {
    const { limits, rest, graphql, violation } = this.#parts;
    const resource = resourceOf(request);
    const headers = () => ({ ...limits.headers(caller, resource), "x-github-request-id": "LOOP:BACK" });
    if (resource === "graphql") return json(200, await graphql.execute(caller, request.body), headers());
    if (request.routed === null) {
      violation(`${request.method} ${request.path} is not an operation in contract/rest.json`);
      throw new Refusal(404, "Not Found");
    }
    try {
      const answer = await rest.answer({
        url: request.url,
        caller,
        body: request.body,
        routed: request.routed,
      });
      return json(answer.status, answer.body, { ...headers(), ...answer.headers });
    } catch (error) {
      const reply = refusalReply(error);
      return { ...reply, headers: { ...headers(), ...reply.headers } };
    }
  }

  #callerOrNull(message: IncomingMessage): Caller | null {
    try {
      return this.#parts.office.authenticate(message.headers);
    } catch {
      return null;
    }
  }

  #replyKey({ method, url, body, message }: ApiRequest): string {
    const caller = this.#callerOrNull(message);
    return [method, url.href, JSON.stringify(body), caller === null ? "" : callerKey(caller)].join(" ");
  }
}

function resourceOf({ path }: ApiRequest): Resource {
  return path === "/graphql" ? "graphql" : "core";
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parsed(raw: Buffer): Json | null {
  if (raw.length === 0) return null;
  try {
    const value: unknown = JSON.parse(raw.toString("utf8"));
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
