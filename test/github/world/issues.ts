import { comment as commentJson, isPull, issue, label, type IssueLike } from "../render/issues.js";
import { tell } from "./telling.js";
import type { Json } from "./json.js";
import type { Account, App, Issue, IssueComment, Repo, StateReason } from "./model.js";
import { LONGEST_BODY, takeNumber } from "./pulls.js";
import { notFound, Refusal, unprocessable } from "./refusal.js";
import type { World } from "./world.js";

const LONGEST_TITLE = 256;

export interface NewIssue {
  readonly title: string;
  readonly body?: string | null;
  readonly labels?: readonly string[];
  /** The app by which it is made, with its own or the author's token. */
  readonly app?: App | null;
}

export interface IssueEdit {
  readonly title?: string;
  readonly body?: string | null;
  readonly state?: Issue["state"];
  readonly stateReason?: StateReason | null;
  /** All labels that it has from now on. */
  readonly labels?: readonly string[];
}

/** Files an issue. @throws Refusal 422 for a title or body that GitHub does not take */
export function openIssue(world: World, repo: Repo, author: Account, options: NewIssue): Issue {
  checkTexts(options);
  const at = world.now();
  const entry: Issue = {
    id: world.id(),
    number: takeNumber(repo),
    title: options.title,
    body: options.body ?? null,
    state: "open",
    stateReason: null,
    labels: (options.labels ?? []).map((name) => labelNamed(world, repo, name)),
    author,
    app: options.app ?? null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
  };
  repo.issues.push(entry);
  tellIssue(world, repo, entry, author, "opened");
  for (const name of entry.labels) tellLabel(world, repo, entry, author, "labeled", name);
  return entry;
}

/** Changes an issue, and tells of each kind of change by itself, as GitHub does. @throws Refusal 422 as `openIssue` */
export function editIssue(world: World, repo: Repo, entry: Issue, actor: Account, edit: IssueEdit): void {
  checkTexts(edit);
  const changes = editTexts(entry, edit);
  if (Object.keys(changes).length > 0) {
    entry.updatedAt = world.now();
    tellIssue(world, repo, entry, actor, "edited", { changes });
  }
  if (edit.labels !== undefined) setLabels(world, repo, entry, actor, edit.labels);
  if (edit.state !== undefined && edit.state !== entry.state) {
    setState(world, repo, entry, actor, edit.state, edit.stateReason ?? null);
  }
}

function editTexts(entry: Issue, { title, body }: IssueEdit): Json {
  const changes: Json = {};
  if (title !== undefined && title !== entry.title) {
    changes["title"] = { from: entry.title };
    entry.title = title;
  }
  if (body !== undefined && body !== entry.body) {
    changes["body"] = { from: entry.body ?? "" };
    entry.body = body;
  }
  return changes;
}

function setLabels(world: World, repo: Repo, entry: Issue, actor: Account, wanted: readonly string[]): void {
  const labels = [...new Set(wanted.map((name) => labelNamed(world, repo, name)))];
  const before = entry.labels;
  const added = labels.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !labels.includes(name));
  if (added.length + removed.length === 0) return;
  entry.labels = labels;
  entry.updatedAt = world.now();
  for (const name of added) tellLabel(world, repo, entry, actor, "labeled", name);
  for (const name of removed) tellLabel(world, repo, entry, actor, "unlabeled", name);
}

function setState(
  world: World,
  repo: Repo,
  entry: Issue,
  actor: Account,
  state: Issue["state"],
  reason: StateReason | null,
): void {
  const closed = state === "closed";
  entry.state = state;
  entry.stateReason = closed ? (reason ?? "completed") : "reopened";
  entry.closedAt = closed ? world.now() : null;
  entry.closedBy = closed ? actor : null;
  entry.updatedAt = world.now();
  tellIssue(world, repo, entry, actor, closed ? "closed" : "reopened");
}

/** Deletes an issue with its comments for good: its number is not given out again, and asking for it is answered 410. */
export function deleteIssue(world: World, repo: Repo, entry: Issue, actor: Account): void {
  repo.issues.splice(repo.issues.indexOf(entry), 1);
  repo.deletedIssues.add(entry.number);
  tellIssue(world, repo, entry, actor, "deleted");
  const kept = repo.comments.filter(({ issueNumber }) => issueNumber !== entry.number);
  repo.comments.splice(0, Infinity, ...kept);
}

export interface NewComment {
  readonly body: string;
  /** The app by which it is written, with its own or the author's token. */
  readonly app?: App | null;
}

/** Comments on an issue or pull request. @throws Refusal 422 for a body that GitHub does not take, 404, 410 */
export function addComment(
  world: World,
  repo: Repo,
  number: number,
  author: Account,
  { body, app = null }: NewComment,
): IssueComment {
  const target = issueLike(repo, number);
  if (body.trim() === "") throw unprocessable("Body cannot be blank");
  checkTexts({ body });
  const at = world.now();
  const entry = { id: world.id(), issueNumber: number, author, app, body, createdAt: at, updatedAt: at };
  repo.comments.push(entry);
  target.updatedAt = at;
  tellComment(world, repo, entry, author, "created");
  return entry;
}

export function editComment(
  world: World,
  repo: Repo,
  entry: IssueComment,
  actor: Account,
  body: string,
): void {
  checkTexts({ body });
  const changes = { body: { from: entry.body } };
  entry.body = body;
  entry.updatedAt = world.now();
  tellComment(world, repo, entry, actor, "edited", { changes });
}

export function deleteComment(world: World, repo: Repo, entry: IssueComment, actor: Account): void {
  repo.comments.splice(repo.comments.indexOf(entry), 1);
  tellComment(world, repo, entry, actor, "deleted");
}

/** The issue or pull request with a number. @throws Refusal 404 where there never was one, 410 where it was deleted */
export function issueLike(repo: Repo, number: number): IssueLike {
  if (repo.deletedIssues.has(number)) throw new Refusal(410, "This issue was deleted");
  const found = [...repo.issues, ...repo.pulls].find((entry) => entry.number === number);
  if (found === undefined) throw notFound();
  return found;
}

/** A label by its name in any case; made where it is not there. */
function labelNamed(world: World, repo: Repo, name: string): string {
  const known = repo.labels.find((entry) => entry.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known.name;
  repo.labels.push({ id: world.id(), name });
  return name;
}

function checkTexts({ title, body }: { readonly title?: string; readonly body?: string | null }): void {
  if (title?.trim() === "") throw unprocessable("title can't be blank");
  if (title !== undefined && title.length > LONGEST_TITLE)
    throw unprocessable(`title is too long (maximum is ${LONGEST_TITLE} characters)`);
  if ((body ?? "").length > LONGEST_BODY)
    throw unprocessable(`body is too long (maximum is ${LONGEST_BODY} characters)`);
}

function tellIssue(
  world: World,
  repo: Repo,
  entry: Issue,
  sender: Account,
  action: string,
  details: Json = {},
): void {
  tell(world, repo, sender, "issues", action, { issue: issue(world, repo, entry), ...details }, ["issues"]);
}

function tellLabel(
  world: World,
  repo: Repo,
  entry: Issue,
  sender: Account,
  action: "labeled" | "unlabeled",
  name: string,
): void {
  tellIssue(world, repo, entry, sender, action, { label: label(world, repo, name) });
}

/** A comment on a pull request is also told to those who may only see pull requests. */
function tellComment(
  world: World,
  repo: Repo,
  entry: IssueComment,
  sender: Account,
  action: string,
  details: Json = {},
): void {
  const target = issueLike(repo, entry.issueNumber);
  const payload = { issue: issue(world, repo, target), comment: commentJson(world, repo, entry), ...details };
  const permissions = isPull(target) ? ["issues", "pull_requests"] : ["issues"];
  tell(world, repo, sender, "issue_comment", action, payload, permissions);
}
