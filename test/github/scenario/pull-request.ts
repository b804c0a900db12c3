import { dequeue } from "../world/branches/merge-queue.js";
import { enableAutoMerge } from "../world/branches/auto-merge.js";
import { mergePull, type MergeMethod, type MergeOptions } from "../world/branches/merging.js";
import type { PullRequest, Review } from "../world/model.js";
import * as pulls from "../world/pulls.js";
import type { World } from "../world/world.js";
import { commentOn, commentsOn, type CommentHandle, type CommentOptions } from "./issue.js";
import { commitAndPush, pushRef, type PushOptions } from "./pushing.js";
import type { UserHandle } from "./user.js";

/** A pull request as a test holds it. */
export class PullRequestHandle {
  readonly pull: PullRequest;
  readonly #world: World;

  constructor(world: World, pull: PullRequest) {
    this.#world = world;
    this.pull = pull;
  }

  get number(): number {
    return this.pull.number;
  }

  /** The author's login; of one that an app opened its bot's. */
  get author(): string {
    return this.pull.author.login;
  }

  get title(): string {
    return this.pull.title;
  }

  get body(): string {
    return this.pull.body ?? "";
  }

  get state(): "open" | "closed" | "merged" {
    return this.pull.merge === null ? this.pull.state : "merged";
  }

  get baseRef(): string {
    return this.pull.baseRef;
  }

  get headRef(): string {
    return this.pull.head.ref;
  }

  get headOid(): string {
    return this.pull.headOid;
  }

  /** `user` commits on the head branch and pushes. Gives the new head. */
  async push(user: UserHandle, options: PushOptions): Promise<string> {
    const { repo, ref } = this.pull.head;
    return await commitAndPush(this.#world, repo, user, ref, options);
  }

  /** `user` pushes an existing commit to the head branch: with another history, a force push. */
  async pushOid(user: UserHandle, oid: string): Promise<void> {
    const { repo, ref } = this.pull.head;
    await pushRef(this.#world, repo, user.account, ref, oid);
  }

  /** @throws Refusal 422 where the author approves or blocks the own pull request */
  review(
    user: UserHandle,
    event: pulls.ReviewEvent,
    options: { readonly body?: string; readonly commitOid?: string } = {},
  ): Review {
    return pulls.addReview(this.#world, this.pull, user.account, event, options);
  }

  dismiss(user: UserHandle, review: Review, message = "Not as agreed."): void {
    pulls.dismissReview(this.#world, this.pull, review, user.account, message);
  }

  comment(user: UserHandle, body: string, options: CommentOptions = {}): CommentHandle {
    return commentOn(this.#world, this.pull.repo, this.number, user, body, options);
  }

  /** The oldest first. */
  get comments(): CommentHandle[] {
    return commentsOn(this.#world, this.pull.repo, this.number);
  }

  async edit(user: UserHandle, edit: pulls.PullEdit): Promise<void> {
    await pulls.editPull(this.#world, this.pull, user.account, edit);
  }

  async close(user: UserHandle): Promise<void> {
    await this.edit(user, { state: "closed" });
  }

  async reopen(user: UserHandle): Promise<void> {
    await this.edit(user, { state: "open" });
  }

  async setDraft(user: UserHandle, draft: boolean): Promise<void> {
    await pulls.setDraft(this.#world, this.pull, user.account, draft);
  }

  /** Takes it out of the merge queue. @throws Refusal 422 where it is not in it */
  async dequeue(): Promise<void> {
    await dequeue(this.#world, this.pull);
  }

  /** Has GitHub merge it as soon as its rules allow. @throws Refusal 422 where they do already */
  async enableAutoMerge(user: UserHandle, method: MergeMethod = "merge"): Promise<void> {
    await enableAutoMerge(this.#world, this.pull, user.account, method);
  }

  /** Merges and gives the new tip of the base branch. @throws Refusal 405 where rules stand against it */
  async merge(user: UserHandle, options: MergeOptions = {}): Promise<string> {
    return await mergePull(this.#world, this.pull, user.account, options);
  }
}
