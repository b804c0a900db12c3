import { nodeId } from "../render/accounts.js";
import type { CommitObject } from "../world/git/commit-object.js";
import { pullsWith, rollup } from "../world/branches/lookups.js";
import type { Repo } from "../world/model.js";
import type { ForgeOpinion } from "../world/git/signatures.js";
import { fullName } from "../world/world.js";
import { actorNode, commitAuthors, gitActorNode } from "./accounts.js";
import { connection, type PageArguments } from "./connection.js";
import { type Context, notFound } from "./context.js";
import { PullRequestNode } from "./pull-request.js";
import { objectNode, treeNode } from "./repository.js";
import { rollupNode } from "./results.js";

type HistoryArguments = PageArguments & Readonly<Record<string, unknown>>;

export class CommitNode {
  readonly __typename = "Commit";
  readonly #context: Context;
  readonly #repo: Repo;
  readonly #commit: CommitObject;

  constructor(context: Context, repo: Repo, commit: CommitObject) {
    this.#context = context;
    this.#repo = repo;
    this.#commit = commit;
  }

  id(): string {
    return nodeId("Commit", this.#commit.oid);
  }

  oid(): string {
    return this.#commit.oid;
  }

  /** GitHub shows a message without the newlines at its end. */
  message(): string {
    return this.#commit.message.trimEnd();
  }

  messageHeadline(): string {
    return this.#commit.message.split("\n")[0] ?? "";
  }

  url(): string {
    return `${this.#context.world.url}/${fullName(this.#repo)}/commit/${this.#commit.oid}`;
  }

  authoredDate(): string {
    return this.#commit.author.date;
  }

  committedDate(): string {
    return this.#commit.committer.date;
  }

  committedViaWeb(): boolean {
    return this.#commit.committer.email === this.#context.world.webFlow.person.email;
  }

  /** A file or folder as of this commit, in the little of a TreeEntry that is asked for. @throws where there is none */
  async file({ path }: { path: string }): Promise<object> {
    this.#context.need("contents");
    const oid = await this.#repo.git.resolve(`${this.#commit.oid}:${path}`);
    if (oid === null) throw notFound(`Could not resolve file for path '${path}'.`);
    return {
      path,
      name: path.split("/").at(-1),
      oid,
      object: await objectNode(this.#context, this.#repo, oid),
    };
  }

  tree(): object {
    return treeNode(this.#context, this.#repo, this.#commit.tree);
  }

  parents(page: PageArguments): object {
    return connection(
      this.#commit.parents,
      page,
      async (oids) => await commitNodes(this.#context, this.#repo, oids),
    );
  }

  author(): object {
    return gitActorNode(this.#context, this.#commit.author);
  }

  committer(): object {
    return gitActorNode(this.#context, this.#commit.committer);
  }

  authors(page: PageArguments): object {
    const people = commitAuthors(this.#commit);
    return connection(people, page, (some) => some.map((person) => gitActorNode(this.#context, person)));
  }

  async signature(): Promise<object | null> {
    const { signature, committer } = this.#commit;
    const opinion = await this.#context.world.opinions.of(this.#commit);
    if (signature === null || opinion === null) return null;
    return { ...signature, ...opinionFields(opinion), email: committer.email };
  }

  async associatedPullRequests(page: PageArguments): Promise<object> {
    this.#context.need("pull_requests");
    const pulls = await pullsWith(
      this.#context.world,
      this.#repo,
      this.#commit.oid,
      await this.#context.settled(this.#repo),
    );
    return connection(pulls, page, (some) => some.map((pull) => new PullRequestNode(this.#context, pull)));
  }

  /** This commit and all before it. @throws where another choice is asked for than a page */
  async history({ first, last, after, before, ...choice }: HistoryArguments): Promise<object> {
    this.#context.need("contents");
    if (Object.keys(choice).length > 0) throw new Error("the loopback GitHub chooses nothing from a history");
    const oids = await this.#repo.git.history(this.#commit.oid);
    return connection(
      oids,
      { first, last, after, before },
      async (some) => await commitNodes(this.#context, this.#repo, some),
    );
  }

  statusCheckRollup(): object | null {
    this.#context.need("checks");
    this.#context.need("statuses");
    const { runs, statuses } = rollup(this.#repo, this.#commit.oid);
    if (runs.length + statuses.length === 0) return null;
    return rollupNode(this.#context, this.#repo, this.#commit, runs, statuses);
  }
}

/** Commits by OID, read from git in one go. */
export async function commitNodes(
  context: Context,
  repo: Repo,
  oids: readonly string[],
): Promise<CommitNode[]> {
  return (await repo.git.commits(oids)).map((commit) => new CommitNode(context, repo, commit));
}

function opinionFields({ format, state, signer, byForge }: ForgeOpinion): object {
  return {
    __typename: format,
    isValid: state === "VALID",
    state,
    signer: signer?.type === "User" ? actorNode(signer) : null,
    wasSignedByGitHub: byForge && state === "VALID",
    verifiedAt: null,
  };
}
