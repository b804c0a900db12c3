import { holds } from "../http/permissions.js";
import { comment as commentJson, fullIssue, isPull, type IssueLike } from "../render/issues.js";
import { addComment, editIssue, issueLike, openIssue, type IssueEdit } from "../world/issues.js";
import type { Access, App, Issue, IssueComment, Repo, StateReason } from "../world/model.js";
import { editPull } from "../world/pulls.js";
import { notFound, Refusal } from "../world/refusal.js";
import { canWrite } from "../world/world.js";
import {
  actorOf,
  appOf,
  created,
  number,
  ok,
  paged,
  repoOf,
  type Handler,
  type RestRequest,
} from "./request.js";

/** Issues and the comments on them and on pull requests. */
export const issues: Readonly<Record<string, Handler>> = {
  "issues/create": (request) => {
    const { world, body } = request;
    const repo = repoOf(request);
    const entry = openIssue(world, repo, actorOf(request), {
      title: String(body["title"]),
      ...(typeof body["body"] === "string" ? { body: body["body"] } : {}),
      labels: maySetLabels(request) ? (labelNames(body["labels"]) ?? []) : [],
      app: viaApp(request),
    });
    return created(fullIssue(world, repo, entry));
  },
  "issues/get": (request) => ok(fullIssue(request.world, repoOf(request), target(request, "read"))),
  "issues/update": async (request) => {
    const entry = target(request, "write");
    if (!mayEdit(request, entry)) throw new Refusal(403, "Must have admin rights to Repository.");
    if (isPull(entry)) await editPull(request.world, entry, actorOf(request), pullEdit(request));
    else editIssue(request.world, repoOf(request), entry, actorOf(request), issueEdit(request));
    return ok(fullIssue(request.world, repoOf(request), entry));
  },
  "issues/list-for-repo": (request) => {
    const repo = repoOf(request);
    const listed = sorted(request, repo, selected(request, repo));
    return paged(request, listed, (page) => page.map((entry) => fullIssue(request.world, repo, entry)));
  },
  "issues/create-comment": (request) => {
    const repo = repoOf(request);
    const entry = addComment(request.world, repo, target(request, "write").number, actorOf(request), {
      body: String(request.body["body"]),
      app: viaApp(request),
    });
    return created(commentJson(request.world, repo, entry));
  },
  "issues/list-comments": (request) => {
    const repo = repoOf(request);
    const wanted = target(request, "read").number;
    const comments = repo.comments.filter(
      (entry) => entry.issueNumber === wanted && isSince(request, entry.updatedAt),
    );
    return paged(request, comments, (page) => page.map((entry) => commentJson(request.world, repo, entry)));
  },
  "issues/get-comment": (request) => {
    const repo = repoOf(request);
    return ok(commentJson(request.world, repo, commentOf(request, repo)));
  },
};

/**
 * What the path's number names. The operation is open to those who may see pull requests too, but only on the number of
 * one.
 *
 * @throws Refusal 403, 404, 410
 */
function target(request: RestRequest, access: Access): IssueLike {
  const entry = issueLike(repoOf(request), number(request, "issue_number"));
  if (!isPull(entry)) needIssues(request, access);
  return entry;
}

function needIssues({ caller }: RestRequest, access: Access): void {
  if (caller.kind === "installation" && !holds(caller.grant.permissions, { name: "issues", access })) {
    throw new Refusal(403, "Resource not accessible by integration");
  }
}

function commentOf(request: RestRequest, repo: Repo): IssueComment {
  const entry = repo.comments.find(({ id }) => id === number(request, "comment_id"));
  if (entry === undefined) throw notFound();
  if (!isPull(issueLike(repo, entry.issueNumber))) needIssues(request, "read");
  return entry;
}

function viaApp(request: RestRequest): App | null {
  return request.caller.kind === "user" ? null : appOf(request);
}

/** Labels of those who may not set them are dropped without a word. */
function maySetLabels(request: RestRequest): boolean {
  const { caller, world } = request;
  if (caller.kind !== "user") return true;
  const role = world.role(caller.account, repoOf(request));
  return role === "triage" || canWrite(role);
}

function mayEdit(request: RestRequest, entry: IssueLike): boolean {
  return maySetLabels(request) || actorOf(request) === entry.author;
}

function issueEdit(request: RestRequest): IssueEdit {
  const { title, body, state, state_reason: reason, labels } = request.body;
  const names = maySetLabels(request) ? labelNames(labels) : null;
  return {
    ...(typeof title === "string" || typeof title === "number" ? { title: String(title) } : {}),
    ...(typeof body === "string" || body === null ? { body } : {}),
    ...(isState(state) ? { state } : {}),
    ...(isReason(reason) ? { stateReason: reason } : {}),
    ...(names === null ? {} : { labels: names }),
  };
}

/** @throws Error for labels: they are kept of issues only */
function pullEdit(request: RestRequest): Pick<IssueEdit, "title" | "body" | "state"> {
  if (request.body["labels"] !== undefined) throw new Error("the loopback GitHub labels no pull requests");
  const { title, body, state } = issueEdit(request);
  return {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(state === undefined ? {} : { state }),
  };
}

function labelNames(labels: unknown): string[] | null {
  if (!Array.isArray(labels)) return null;
  return labels.map((entry: string | { name?: string }) =>
    typeof entry === "string" ? entry : (entry.name ?? ""),
  );
}

function isState(value: unknown): value is Issue["state"] {
  return value === "open" || value === "closed";
}

function isReason(value: unknown): value is StateReason {
  return typeof value === "string" && ["completed", "not_planned", "duplicate", "reopened"].includes(value);
}

/** Times are whole seconds; what was changed in the second of `since` is in. */
function isSince({ query }: RestRequest, at: string): boolean {
  const since = query["since"];
  return since === undefined || Date.parse(at) >= Math.floor(Date.parse(String(since)) / 1_000) * 1_000;
}

function selected(request: RestRequest, repo: Repo): IssueLike[] {
  const { state = "open", creator, labels } = request.query;
  const wanted = labels === undefined ? [] : String(labels).toLowerCase().split(",");
  const all: IssueLike[] = [...repo.issues, ...repo.pulls];
  return all.filter(
    (entry) =>
      (state === "all" || entry.state === state) &&
      (creator === undefined || entry.author.login === creator) &&
      wanted.every((name) => labelsOf(entry).includes(name)) &&
      isSince(request, entry.updatedAt),
  );
}

function labelsOf(entry: IssueLike): string[] {
  return isPull(entry) ? [] : entry.labels.map((name) => name.toLowerCase());
}

/** Newest first unless asked otherwise; what is equal goes by its number. */
function sorted({ query }: RestRequest, repo: Repo, entries: readonly IssueLike[]): IssueLike[] {
  const comments = (entry: IssueLike) =>
    repo.comments.filter(({ issueNumber }) => issueNumber === entry.number).length;
  const keys: Readonly<Record<string, (entry: IssueLike) => number>> = {
    created: (entry) => Date.parse(entry.createdAt),
    updated: (entry) => Date.parse(entry.updatedAt),
    comments,
  };
  const key = keys[String(query["sort"] ?? "created")] ?? comments;
  const ascending = entries.toSorted((one, other) => key(one) - key(other) || one.number - other.number);
  return query["direction"] === "asc" ? ascending : ascending.reverse();
}
