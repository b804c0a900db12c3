import type { Caller, AccessOffice } from "../http/access.js";
import type { RateLimits } from "../http/limits.js";
import type { Webhooks } from "../http/webhooks.js";
import type { Json } from "../world/json.js";
import type { Account, App, Repo } from "../world/model.js";
import { notFound, Refusal } from "../world/refusal.js";
import type { World } from "../world/world.js";

/** One REST request whose shape, caller and permission have been checked. */
export interface RestRequest {
  readonly world: World;
  readonly office: AccessOffice;
  readonly limits: RateLimits;
  readonly webhooks: Webhooks;
  readonly caller: Caller;
  readonly url: URL;
  readonly params: Readonly<Record<string, string | number>>;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly body: Json;
  /** The repository that the path names, which the caller may see. */
  readonly repository: Repo | null;
}

export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: RestRequest) => RestAnswer | Promise<RestAnswer>;

export function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}

export function created(body: unknown): RestAnswer {
  return { status: 201, body };
}

/** The repository of the path; only operations under `/repos` have one. */
export function repoOf(request: RestRequest): Repo {
  if (request.repository === null) throw notFound();
  return request.repository;
}

export function text(request: RestRequest, name: string): string {
  return String(request.params[name] ?? "");
}

export function number(request: RestRequest, name: string): number {
  return Number(request.params[name]);
}

/** The account a request acts as: a user, or the app's bot. */
export function actorOf(request: RestRequest): Account {
  const { caller } = request;
  if (caller.kind === "user") return caller.account;
  return appOf(request).bot;
}

/** @throws Refusal 403 where a user calls what only apps may */
export function appOf({ caller }: RestRequest): App {
  if (caller.kind === "app") return caller.app;
  if (caller.kind === "installation") return caller.installation.app;
  throw new Refusal(403, "You must authenticate via a GitHub App.");
}

const PAGE = 30;
const LARGEST_PAGE = 100;

/** One page of a list, with the `Link` header that leads to the others; `wrap` makes the body of the page's items. */
export function paged<T>(
  request: RestRequest,
  items: readonly T[],
  wrap: (page: T[]) => unknown,
): RestAnswer {
  const size = Math.min(Number(request.query["per_page"] ?? PAGE), LARGEST_PAGE);
  const page = Math.max(Number(request.query["page"] ?? 1), 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const links = [
    ...(page > 1 ? [link(request, page - 1, "prev")] : []),
    ...(page < last ? [link(request, page + 1, "next"), link(request, last, "last")] : []),
    ...(page > 1 ? [link(request, 1, "first")] : []),
  ];
  const answer = ok(wrap(items.slice((page - 1) * size, page * size)));
  return links.length === 0 ? answer : { ...answer, headers: { link: links.join(", ") } };
}

function link(request: RestRequest, page: number, relation: string): string {
  const url = new URL(request.url);
  url.searchParams.set("page", String(page));
  return `<${url.href}>; rel="${relation}"`;
}

/** One page of a list that goes by cursor instead of page number: `after` is the cursor's place in the list. */
export function byCursor<T>(
  request: RestRequest,
  items: readonly T[],
  parameter: string,
  wrap: (page: T[]) => unknown,
): RestAnswer {
  const size = Math.min(Number(request.query["per_page"] ?? PAGE), LARGEST_PAGE);
  const cursor = String(request.query[parameter] ?? "");
  const start = cursor === "" ? 0 : Number(Buffer.from(cursor, "base64url").toString());
  if (!Number.isInteger(start)) throw new Refusal(422, "Invalid cursor");
  const answer = ok(wrap(items.slice(start, start + size)));
  if (start + size >= items.length) return answer;
  const url = new URL(request.url);
  url.searchParams.set(parameter, Buffer.from(String(start + size)).toString("base64url"));
  return { ...answer, headers: { link: `<${url.href}>; rel="next"` } };
}
