import { commitWithAccounts } from "../render/commits.js";
import { fullPull, review as reviewJson, simplePull } from "../render/pulls.js";
import { mergePull, type MergeMethod } from "../world/branches/merging.js";
import type { PullRequest, Review } from "../world/model.js";
import {
  addReview,
  dismissReview,
  editPull,
  findPull,
  openPull,
  type NewPull,
  type PullEdit,
  type ReviewEvent,
} from "../world/pulls.js";
import { notFound } from "../world/refusal.js";
import { actorOf, created, number, ok, paged, repoOf, type Handler, type RestRequest } from "./request.js";

/** GitHub lists no more commits of a pull request than this by REST. */
const LISTED_COMMITS = 250;

/** Pull requests, their reviews and merges. */
export const pulls: Readonly<Record<string, Handler>> = {
  "pulls/get": async (request) => ok(await fullPull(request.world, pullOf(request))),
  "pulls/list": (request) => {
    const { state = "open", base, head } = request.query;
    const matching = repoOf(request).pulls.filter(
      (pull) =>
        (state === "all" || pull.state === state) &&
        (base === undefined || pull.baseRef === base) &&
        (head === undefined || `${pull.head.repo.owner.login}:${pull.head.ref}` === head),
    );
    return paged(request, matching.reverse(), (page) => page.map((pull) => simplePull(request.world, pull)));
  },
  "pulls/list-commits": async (request) => {
    const { repo, baseOid, headOid } = pullOf(request);
    const oids = (await repo.git.between(baseOid, headOid)).slice(0, LISTED_COMMITS);
    const commits = await repo.git.commits(oids);
    const rendered = await Promise.all(
      commits.map((commit) => commitWithAccounts(request.world, repo, commit)),
    );
    return paged(request, rendered, (page) => page);
  },
  "pulls/list-reviews": (request) => {
    const pull = pullOf(request);
    return paged(request, pull.reviews, (page) =>
      page.map((entry) => reviewJson(request.world, pull, entry)),
    );
  },
  "pulls/create": async (request) => {
    const options: NewPull = { title: "", head: "", base: "", ...request.body };
    const pull = await openPull(request.world, repoOf(request), actorOf(request), options);
    return created(await fullPull(request.world, pull));
  },
  "pulls/update": async (request) => {
    const pull = pullOf(request);
    const edit: PullEdit = request.body;
    await editPull(request.world, pull, actorOf(request), edit);
    return ok(await fullPull(request.world, pull));
  },
  "pulls/create-review": (request) => {
    const pull = pullOf(request);
    const { event, body, commit_id: commitOid } = request.body;
    const entry = addReview(request.world, pull, actorOf(request), reviewEvent(event), {
      ...(typeof body === "string" ? { body } : {}),
      ...(typeof commitOid === "string" ? { commitOid } : {}),
    });
    return ok(reviewJson(request.world, pull, entry));
  },
  "pulls/dismiss-review": (request) => {
    const pull = pullOf(request);
    const entry = reviewOf(request, pull);
    dismissReview(request.world, pull, entry, actorOf(request), String(request.body["message"]));
    return ok(reviewJson(request.world, pull, entry));
  },
  "pulls/merge": async (request) => {
    const { sha, merge_method: method, commit_title: title, commit_message: message } = request.body;
    const oid = await mergePull(request.world, pullOf(request), actorOf(request), {
      method: mergeMethod(method),
      ...(typeof sha === "string" ? { headOid: sha } : {}),
      ...(typeof title === "string" ? { title } : {}),
      ...(typeof message === "string" ? { message } : {}),
    });
    return ok({ sha: oid, merged: true, message: "Pull Request successfully merged" });
  },
};

function pullOf(request: RestRequest): PullRequest {
  return findPull(repoOf(request), number(request, "pull_number"));
}

function reviewOf(request: RestRequest, pull: PullRequest): Review {
  const review = pull.reviews.find(({ id }) => id === number(request, "review_id"));
  if (review === undefined) throw notFound();
  return review;
}

function reviewEvent(event: unknown): ReviewEvent {
  return event === "APPROVE" || event === "REQUEST_CHANGES" ? event : "COMMENT";
}

function mergeMethod(method: unknown): MergeMethod {
  return method === "squash" || method === "rebase" ? method : "merge";
}
