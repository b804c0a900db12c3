import { nodeId } from "../render/accounts.js";
import { pullUrl } from "../render/pulls.js";
import { testMerge } from "../world/branches/merging.js";
import type { PullRequest, Review } from "../world/model.js";
import { canWrite } from "../world/world.js";
import { actorNode } from "./accounts.js";
import { commitNodes, CommitNode } from "./commit.js";
import { connection, type PageArguments } from "./connection.js";
import type { Context } from "./context.js";
import { mergeQueueNode } from "./merge-queue.js";
import { refNode, RepositoryNode, type RefNode } from "./repository.js";

export class PullRequestNode {
  readonly __typename = "PullRequest";
  readonly #context: Context;
  readonly #pull: PullRequest;

  constructor(context: Context, pull: PullRequest) {
    this.#context = context;
    this.#pull = pull;
  }

  id(): string {
    return nodeId("PullRequest", this.#pull.id);
  }

  fullDatabaseId(): string {
    return String(this.#pull.id);
  }

  number(): number {
    return this.#pull.number;
  }

  title(): string {
    return this.#pull.title;
  }

  body(): string {
    return this.#pull.body ?? "";
  }

  url(): string {
    return pullUrl(this.#context.world, this.#pull);
  }

  state(): "OPEN" | "CLOSED" | "MERGED" {
    if (this.#pull.merge !== null) return "MERGED";
    return this.#pull.state === "open" ? "OPEN" : "CLOSED";
  }

  isDraft(): boolean {
    return this.#pull.draft;
  }

  createdAt(): string {
    return this.#pull.createdAt;
  }

  updatedAt(): string {
    return this.#pull.updatedAt;
  }

  merged(): boolean {
    return this.#pull.merge !== null;
  }

  mergedAt(): string | null {
    return this.#pull.merge?.at ?? null;
  }

  isCrossRepository(): boolean {
    return this.#pull.head.repo !== this.#pull.repo;
  }

  author(): object {
    return actorNode(this.#pull.author);
  }

  mergedBy(): object | null {
    return this.#pull.merge === null ? null : actorNode(this.#pull.merge.by);
  }

  mergeQueue(): object | null {
    return mergeQueueNode(this.#context, this.#pull.repo, this.#pull.baseRef);
  }

  async mergeCommit(): Promise<CommitNode | null> {
    return this.#pull.merge === null ? null : await this.#commit(this.#pull.merge.oid);
  }

  async potentialMergeCommit(): Promise<CommitNode | null> {
    const oid = await testMerge(this.#context.world, this.#pull);
    return oid === null ? null : await this.#commit(oid);
  }

  baseRefName(): string {
    return this.#pull.baseRef;
  }

  baseRefOid(): string {
    return this.#pull.baseOid;
  }

  headRefName(): string {
    return this.#pull.head.ref;
  }

  headRefOid(): string {
    return this.#pull.headOid;
  }

  repository(): RepositoryNode {
    return new RepositoryNode(this.#context, this.#pull.repo);
  }

  baseRepository(): RepositoryNode {
    return this.repository();
  }

  headRepository(): RepositoryNode | null {
    const { repo } = this.#pull.head;
    if (!this.#context.world.repositories.includes(repo)) return null;
    return this.#context.sees(repo) || !repo.private ? new RepositoryNode(this.#context, repo) : null;
  }

  async baseRef(): Promise<RefNode | null> {
    return await refNode(this.#context, this.#pull.repo, `refs/heads/${this.#pull.baseRef}`);
  }

  async headRef(): Promise<RefNode | null> {
    const { repo, ref } = this.#pull.head;
    return this.headRepository() === null ? null : await refNode(this.#context, repo, `refs/heads/${ref}`);
  }

  async commits(page: PageArguments): Promise<object> {
    const { repo, baseOid, headOid } = this.#pull;
    const oids = await repo.git.between(baseOid, headOid);
    return connection(oids, page, async (some) => {
      const nodes = await commitNodes(this.#context, repo, some);
      return nodes.map((commit) => ({
        id: nodeId("PullRequestCommit", commit.oid()),
        commit,
        pullRequest: this,
      }));
    });
  }

  reviews(page: PageArguments & { states?: readonly string[]; author?: string }): object {
    const wanted = this.#pull.reviews.filter(
      ({ state, author }) =>
        (page.states === undefined || page.states.includes(state)) &&
        (page.author === undefined || page.author === author.login),
    );
    return connection(wanted, page, (some) => some.map((review) => this.#review(review)));
  }

  /** Changes of the base branch, and dismissed reviews; @throws where other events are asked for */
  timelineItems({ itemTypes, ...page }: PageArguments & { readonly itemTypes?: readonly string[] }): object {
    if (itemTypes?.includes("REVIEW_DISMISSED_EVENT") === true) return this.#dismissals(page);
    if (itemTypes?.includes("BASE_REF_CHANGED_EVENT") !== true)
      throw new Error("the loopback GitHub tells of changes of the base and of dismissed reviews only");
    return connection(this.#pull.baseChanges, page, (some) =>
      some.map(({ at, from, to }) => ({
        __typename: "BaseRefChangedEvent",
        createdAt: at,
        previousRefName: from,
        currentRefName: to,
      })),
    );
  }

  #dismissals(page: PageArguments): object {
    const dismissed = this.#pull.reviews.flatMap((review) =>
      review.dismissal === undefined ? [] : [{ review, ...review.dismissal }],
    );
    const inOrder = dismissed.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    return connection(inOrder, page, (some) =>
      some.map(({ review, at, by, was, message, commitOid }) => ({
        __typename: "ReviewDismissedEvent",
        createdAt: at,
        actor: actorNode(by),
        previousReviewState: was,
        dismissalMessage: message,
        review: this.#review(review),
        pullRequestCommit:
          commitOid === null
            ? null
            : { commit: async () => await this.#commit(commitOid), pullRequest: this },
      })),
    );
  }

  async #commit(oid: string): Promise<CommitNode> {
    return new CommitNode(this.#context, this.#pull.repo, await this.#pull.repo.git.commitObject(oid));
  }

  #review(review: Review): object {
    return {
      __typename: "PullRequestReview",
      id: nodeId("PullRequestReview", review.id),
      fullDatabaseId: String(review.id),
      state: review.state,
      body: review.body,
      submittedAt: review.submittedAt,
      createdAt: review.submittedAt,
      author: actorNode(review.author),
      authorCanPushToRepository: canWrite(this.#context.world.role(review.author, this.#pull.repo)),
      commit: async () => await this.#commit(review.commitOid),
      pullRequest: this,
      url: `${this.url()}#pullrequestreview-${review.id}`,
    };
  }
}
