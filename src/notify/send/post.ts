import { Agent, request } from "undici";
import { type Clock } from "../../clock.js";
import { visible } from "../../report/escape.js";
import { hostOf } from "../net/addresses.js";
import { guardedLookup, refusalOf } from "../net/guard.js";
import { failed, type Label, refused, unanswered } from "./outcome.js";
import { type Transport } from "./transport.js";

/** How much of an answer is read before the connection is cut. Nothing of it is kept. */
const ANSWER_LIMIT = 64 * 1024;

/** The longest time for which an answer may ask to be left alone: nobody's answer may silence a channel for days. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** How long after an attempt's end a connection that is still being made is given up. */
const CLEAN_UP_MS = 5000;

/** A JSON body on its way to a channel. */
export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What of an answer is looked at. */
interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
}

/**
 * Posts once and takes 2xx for delivered. Follows no redirect: it would lead to an address that nobody set up.
 * @throws CountersignError `channel-refused`, `channel-failed` (with `retryAt` where the answer says so)
 */
export async function post(channel: Label, message: Post, transport: Transport): Promise<void> {
  const target = new URL(message.url);
  const host = hostOf(target.hostname);
  const encrypted = target.protocol === "https:";
  const reason = host === null ? "its host cannot be read" : refusalOf(host, encrypted, transport.targets);
  if (reason !== null) throw refused(channel, `may not be connected to: ${reason}`);
  judge(channel, await exchange(channel, target, message, transport), transport.clock);
}

async function exchange(channel: Label, target: URL, message: Post, transport: Transport): Promise<Answer> {
  const { limitMs } = transport;
  const signal = AbortSignal.timeout(limitMs);
  const agent = agentOf(transport);
  try {
    const sent = request(target, {
      method: "POST",
      dispatcher: agent,
      headers: { "content-type": "application/json", "user-agent": "Countersign", ...message.headers },
      body: message.body,
      signal,
    });
    const { statusCode, headers, body } = await unlessAborted(sent, signal);
    // The status decides; an answer that goes on for ever changes nothing about it.
    await body.dump({ limit: ANSWER_LIMIT, signal }).catch(() => undefined);
    return {
      status: statusCode,
      retryAfter: one(headers["retry-after"]),
      location: one(headers["location"]),
    };
  } catch (error) {
    throw unanswered(channel, error, signal, limitMs);
  } finally {
    // Not waited for: it takes its time where a connection is still being made.
    void agent.destroy();
  }
}

/** The client heeds the signal only once it has a connection; names that resolve slowly would make it late. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("The time is up."));
    });
    work.then(resolve, reject);
  });
}

/** One agent a message: no connection outlives the check of the address that it was made to. */
function agentOf({ targets, resolve, limitMs, ca }: Transport): Agent {
  return new Agent({
    connect: {
      lookup: guardedLookup(targets, resolve),
      timeout: limitMs + CLEAN_UP_MS,
      ...(ca === undefined ? {} : { ca }),
    },
    headersTimeout: limitMs,
    bodyTimeout: limitMs,
  });
}

/** Statuses by which the other side says that it may well take the same message later. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

function judge(channel: Label, { status, retryAfter, location }: Answer, clock: Clock): void {
  if (status >= 200 && status < 300) return;
  if (status >= 500 || TEMPORARY.has(status)) {
    throw failed(channel, `answered ${status}`, retryAt(retryAfter, clock));
  }
  if (status < 400) throw refused(channel, `answered ${status}, a redirect to ${hostOfLocation(location)}`);
  throw refused(channel, `answered ${status}`);
}

/** The host only: the rest of where a redirect leads may hold a secret. */
function hostOfLocation(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return "an address that names no host";
  return visible(new URL(location).host) || "an address that names no host";
}

/** `Retry-After` (RFC 9110, 10.2.3: seconds or a date); nothing if it is neither, or past. */
function retryAt(value: string | undefined, clock: Clock): Date | undefined {
  if (value === undefined) return undefined;
  const now = clock.now().getTime();
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return wait > 0 ? new Date(now + Math.min(wait, LONGEST_WAIT_MS)) : undefined;
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
