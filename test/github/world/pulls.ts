import type { Account, PullRequest, Repo, Review } from "./model.js";
import { storeHead } from "./branches/followers.js";
import { tellPull, tellReview } from "./telling.js";
import { Refusal, unprocessable } from "./refusal.js";
import { fullName, type World } from "./world.js";

/** Bodies of pull requests, issues and comments hold at most this many characters. */
export const LONGEST_BODY = 65_536;

export interface NewPull {
  /** `branch`, or `owner:branch` for a fork. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body?: string | null;
  readonly draft?: boolean;
}

export async function openPull(
  world: World,
  repo: Repo,
  author: Account,
  options: NewPull,
): Promise<PullRequest> {
  const head = headOf(world, repo, options.head);
  const headOid = await head.repo.git.tip(`refs/heads/${head.ref}`);
  const baseOid = await repo.git.tip(`refs/heads/${options.base}`);
  if (headOid === null || baseOid === null)
    throw unprocessable(`${headOid === null ? "head" : "base"} is invalid`);
  if ((options.body ?? "").length > LONGEST_BODY)
    throw unprocessable(`body is too long (maximum is ${LONGEST_BODY} characters)`);
  const same = (pull: PullRequest) =>
    pull.state === "open" &&
    pull.head.repo === head.repo &&
    pull.head.ref === head.ref &&
    pull.baseRef === options.base;
  if (repo.pulls.some(same))
    throw unprocessable(`A pull request already exists for ${head.repo.owner.login}:${head.ref}.`);
  const pull: PullRequest = {
    id: world.id(),
    repo,
    number: takeNumber(repo),
    author,
    head,
    headOid,
    baseRef: options.base,
    baseOid,
    title: options.title,
    body: options.body ?? null,
    draft: options.draft ?? false,
    state: "open",
    createdAt: world.now(),
    updatedAt: world.now(),
    closedAt: null,
    merge: null,
    autoMerge: null,
    reviews: [],
    baseChanges: [],
    lastPusher: pusherOf(head.repo, headOid) ?? author,
  };
  await storeHead(pull, headOid);
  if ((await repo.git.between(baseOid, headOid)).length === 0) {
    throw unprocessable(`No commits between ${options.base} and ${head.ref}`);
  }
  repo.pulls.push(pull);
  await tellPull(world, pull, author, "opened");
  return pull;
}

function headOf(world: World, repo: Repo, head: string): PullRequest["head"] {
  const [owner, ref] = head.includes(":") ? head.split(":", 2) : [repo.owner.login, head];
  const from = world.repositories.find(
    (candidate) => candidate.owner.login === owner && (candidate === repo || candidate.parent === repo),
  );
  if (from === undefined || ref === undefined) throw unprocessable("head is invalid");
  return { repo: from, ref };
}

export function takeNumber(repo: Repo): number {
  const number = repo.nextNumber;
  repo.nextNumber += 1;
  return number;
}

function pusherOf(repo: Repo, oid: string): Account | null {
  return repo.activities.findLast(({ after }) => after === oid)?.actor ?? null;
}

export interface PullEdit {
  readonly title?: string;
  readonly body?: string | null;
  readonly base?: string;
  readonly state?: "open" | "closed";
}

export async function editPull(
  world: World,
  pull: PullRequest,
  actor: Account,
  edit: PullEdit,
): Promise<void> {
  pull.updatedAt = world.now();
  const changes: Record<string, unknown> = {};
  if (edit.title !== undefined && edit.title !== pull.title) {
    changes["title"] = { from: pull.title };
    pull.title = edit.title;
  }
  if (edit.body !== undefined && edit.body !== pull.body) {
    changes["body"] = { from: pull.body ?? "" };
    pull.body = edit.body;
  }
  if (edit.base !== undefined && edit.base !== pull.baseRef) {
    const oid = await pull.repo.git.tip(`refs/heads/${edit.base}`);
    if (oid === null) throw unprocessable("base is invalid");
    changes["base"] = { ref: { from: pull.baseRef }, sha: { from: pull.baseOid } };
    pull.baseChanges.push({ at: world.now(), from: pull.baseRef, to: edit.base });
    Object.assign(pull, { baseRef: edit.base, baseOid: oid });
  }
  if (Object.keys(changes).length > 0) await tellPull(world, pull, actor, "edited", { changes });
  if (edit.state !== undefined && edit.state !== pull.state) await setState(world, pull, actor, edit.state);
}

async function setState(
  world: World,
  pull: PullRequest,
  actor: Account,
  state: "open" | "closed",
): Promise<void> {
  if (pull.merge !== null) throw unprocessable("state cannot be changed. The pull request is merged.");
  pull.state = state;
  pull.closedAt = state === "closed" ? world.now() : null;
  await tellPull(world, pull, actor, state === "closed" ? "closed" : "reopened");
}

export async function setDraft(
  world: World,
  pull: PullRequest,
  actor: Account,
  draft: boolean,
): Promise<void> {
  if (pull.draft === draft) return;
  pull.draft = draft;
  pull.updatedAt = world.now();
  await tellPull(world, pull, actor, draft ? "converted_to_draft" : "ready_for_review");
}

export type ReviewEvent = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

const STATE: Readonly<Record<ReviewEvent, Review["state"]>> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

/** GitHub lets an author neither approve nor block their own pull request; a co-author or last pusher it does let. */
export function addReview(
  world: World,
  pull: PullRequest,
  author: Account,
  event: ReviewEvent,
  options: { readonly body?: string; readonly commitOid?: string } = {},
): Review {
  if (author === pull.author && event !== "COMMENT") {
    const act = event === "APPROVE" ? "approve" : "request changes on";
    throw new Refusal(422, "Unprocessable Entity", [`Can not ${act} your own pull request`]);
  }
  const review: Review = {
    id: world.id(),
    author,
    state: STATE[event],
    body: options.body ?? "",
    commitOid: options.commitOid ?? pull.headOid,
    submittedAt: world.now(),
  };
  pull.reviews.push(review);
  pull.updatedAt = world.now();
  tellReview(world, pull, review, author, "submitted");
  return review;
}

export function dismissReview(
  world: World,
  pull: PullRequest,
  review: Review,
  actor: Account,
  message: string,
): void {
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
    throw unprocessable(`Can not dismiss a ${review.state.toLowerCase()} pull request review`);
  }
  review.dismissal = { at: world.now(), by: actor, was: review.state, message, commitOid: null };
  review.state = "DISMISSED";
  tellReview(world, pull, review, actor, "dismissed");
}

/** @throws Refusal 404 */
export function findPull(repo: Repo, number: number): PullRequest {
  const pull = repo.pulls.find((candidate) => candidate.number === number);
  if (pull === undefined) throw new Refusal(404, `Not Found: ${fullName(repo)}#${number}`);
  return pull;
}
