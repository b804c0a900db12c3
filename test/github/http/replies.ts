import type { ServerResponse } from "node:http";
import { Refusal } from "../world/refusal.js";
import type { LimitRefusal } from "./limits.js";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-github-media-type": "github.v3; format=json",
      ...headers,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** @throws what is not a refusal: a mistake in the loopback GitHub itself */
export function refusalReply(error: unknown): Reply {
  if (!(error instanceof Refusal)) throw error;
  const { status, message, errors } = error;
  return json(status, {
    message,
    ...(errors.length === 0 ? {} : { errors }),
    documentation_url: "https://docs.github.com/rest",
    status: String(status),
  });
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  response.end(body);
}

/** Announces all of the body, writes half, and breaks off. */
export function sendHalf(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    response.destroy();
  });
}

/** What GitHub answers where a secondary limit was met. */
export function secondaryReply({ limit, retryAfter }: LimitRefusal): Reply {
  const what = limit === "content" ? " and have been temporarily blocked from content creation" : "";
  const body = {
    message: `You have exceeded a secondary rate limit${what}. Please wait a few minutes before you try again.`,
    documentation_url:
      "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
  };
  return json(403, body, retryAfter === null ? {} : { "retry-after": String(retryAfter) });
}
