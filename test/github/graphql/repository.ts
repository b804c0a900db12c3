import { nodeId } from "../render/accounts.js";
import type { GitObject } from "../world/git/git.js";
import type { Account, Repo } from "../world/model.js";
import { fullName } from "../world/world.js";
import { actorNode } from "./accounts.js";
import { CommitNode } from "./commit.js";
import { connection, type PageArguments } from "./connection.js";
import { unresolvable, type Context } from "./context.js";
import { mergeQueueNode } from "./merge-queue.js";
import { ProtectionNode, ruleNode, RulesetNode } from "./protection.js";
import { PullRequestNode } from "./pull-request.js";
import { appliedRules, classicRule } from "../world/branches/protection.js";

type RefsArguments = PageArguments & { readonly refPrefix: string } & Readonly<Record<string, unknown>>;

export class RepositoryNode {
  readonly __typename = "Repository";
  readonly #context: Context;
  readonly #repo: Repo;

  constructor(context: Context, repo: Repo) {
    this.#context = context;
    this.#repo = repo;
  }

  id(): string {
    return nodeId("Repository", this.#repo.id);
  }

  databaseId(): number {
    return this.#repo.id;
  }

  name(): string {
    return this.#repo.name;
  }

  nameWithOwner(): string {
    return fullName(this.#repo);
  }

  url(): string {
    return `${this.#context.world.url}/${fullName(this.#repo)}`;
  }

  owner(): object {
    return actorNode(this.#repo.owner);
  }

  isArchived(): boolean {
    return this.#repo.archived;
  }

  isPrivate(): boolean {
    return this.#repo.private;
  }

  async defaultBranchRef(): Promise<RefNode | null> {
    return await refNode(this.#context, this.#repo, `refs/heads/${this.#repo.defaultBranch}`);
  }

  async ref({ qualifiedName }: { qualifiedName: string }): Promise<RefNode | null> {
    const name = qualifiedName.startsWith("refs/") ? qualifiedName : `refs/heads/${qualifiedName}`;
    return await refNode(this.#context, this.#repo, name);
  }

  /** Refs below a prefix such as `refs/heads/`, by name. @throws where another choice is asked for */
  async refs({ refPrefix, first, last, after, before, ...choice }: RefsArguments): Promise<object> {
    if (Object.keys(choice).length > 0) throw new Error("the loopback GitHub chooses nothing from refs");
    const refs = [...(await this.#repo.git.refs(refPrefix))];
    return connection(refs, { first, last, after, before }, (some) =>
      some.map(([name, oid]) => new RefNode(this.#context, this.#repo, name, oid, refPrefix)),
    );
  }

  async object({ expression, oid }: { expression?: string; oid?: string }): Promise<object | null> {
    this.#context.need("contents");
    const found = await this.#repo.git.resolve(expression ?? oid ?? "");
    return found === null ? null : await objectNode(this.#context, this.#repo, found);
  }

  pullRequest({ number }: { number: number }): PullRequestNode {
    this.#context.need("pull_requests");
    const pull = this.#repo.pulls.find((candidate) => candidate.number === number);
    if (pull === undefined) throw unresolvable(`a PullRequest with the number of ${number}`);
    return new PullRequestNode(this.#context, pull);
  }

  pullRequests(
    page: PageArguments & { states?: readonly string[]; baseRefName?: string; headRefName?: string },
  ): object {
    this.#context.need("pull_requests");
    const nodes = this.#repo.pulls.map((pull) => new PullRequestNode(this.#context, pull));
    const wanted = nodes.filter(
      (node) =>
        (page.states === undefined || page.states.includes(node.state())) &&
        (page.baseRefName === undefined || node.baseRefName() === page.baseRefName) &&
        (page.headRefName === undefined || node.headRefName() === page.headRefName),
    );
    return connection(wanted, page, (nodesOfPage) => nodesOfPage);
  }

  mergeQueue({ branch }: { branch?: string }): object | null {
    return mergeQueueNode(this.#context, this.#repo, branch ?? this.#repo.defaultBranch);
  }

  rulesets(page: PageArguments): object {
    const rulesets = [...this.#repo.rulesets, ...this.#repo.owner.rulesets];
    return connection(rulesets, page, (some) => some.map((entry) => new RulesetNode(this.#context, entry)));
  }

  branchProtectionRules(page: PageArguments): object {
    this.#context.need("administration");
    return connection(this.#repo.protections, page, (some) =>
      some.map((rule) => new ProtectionNode(this.#context, rule)),
    );
  }
}

type RepositoriesArguments = PageArguments & {
  readonly isArchived?: boolean | null;
  readonly ownerAffiliations?: readonly string[] | null;
};

/** An account with the repositories of its own that the caller sees. @throws where others are asked for */
export function repositoryOwnerNode(context: Context, account: Account): object {
  return {
    ...actorNode(account),
    repositories: (page: RepositoriesArguments) => {
      if (page.ownerAffiliations?.join() !== "OWNER")
        throw new Error("the loopback GitHub lists those owned only");
      const listed = context.world.repositories.filter(
        (repo) =>
          repo.owner === account &&
          context.sees(repo) &&
          (typeof page.isArchived !== "boolean" || repo.archived === page.isArchived),
      );
      return connection(listed, page, (some) => some.map((repo) => new RepositoryNode(context, repo)));
    },
  };
}

/** A branch or tag; `null` where it is not there. */
export async function refNode(context: Context, repo: Repo, name: string): Promise<RefNode | null> {
  const oid = await repo.git.tip(name);
  return oid === null ? null : new RefNode(context, repo, name, oid);
}

function prefixOf(name: string): string {
  return name.split("/").slice(0, 2).join("/") + "/";
}

export class RefNode {
  readonly #context: Context;
  readonly #repo: Repo;
  readonly #name: string;
  readonly #oid: string;

  readonly #prefix: string;

  constructor(context: Context, repo: Repo, name: string, oid: string, prefix = prefixOf(name)) {
    this.#context = context;
    this.#repo = repo;
    this.#name = name;
    this.#oid = oid;
    this.#prefix = prefix;
  }

  id(): string {
    return nodeId("Ref", `${this.#repo.id}:${this.#name}`);
  }

  name(): string {
    return this.#name.slice(this.prefix().length);
  }

  prefix(): string {
    return this.#prefix;
  }

  repository(): RepositoryNode {
    return new RepositoryNode(this.#context, this.#repo);
  }

  async target(): Promise<object | null> {
    return await objectNode(this.#context, this.#repo, this.#oid);
  }

  /** Those with this ref as their head, in whichever repository they are. */
  associatedPullRequests(page: PageArguments & { states?: readonly string[] }): object {
    this.#context.need("pull_requests");
    const pulls = this.#context.world.repositories
      .filter((repo) => this.#context.sees(repo) || !repo.private)
      .flatMap((repo) => repo.pulls)
      .filter(({ head }) => head.repo === this.#repo && `refs/heads/${head.ref}` === this.#name)
      .map((pull) => new PullRequestNode(this.#context, pull))
      .filter((node) => page.states === undefined || page.states.includes(node.state()));
    return connection(pulls, page, (some) => some);
  }

  branchProtectionRule(): ProtectionNode | null {
    this.#context.need("administration");
    const rule = classicRule(this.#repo, this.name());
    return rule === null ? null : new ProtectionNode(this.#context, rule);
  }

  /** Rules of rulesets that apply here; classic protection is not among them. */
  rules(page: PageArguments): object {
    const rules = appliedRules(this.#repo, this.name());
    return connection(rules, page, (some) => some.map((rule) => ruleNode(this.#context, rule)));
  }
}

/** A commit, tree or blob as `GitObject`. */
export async function objectNode(context: Context, repo: Repo, oid: string): Promise<object | null> {
  const [object] = await repo.git.objects([oid]);
  if (object === undefined) return null;
  if (object.type === "commit") return new CommitNode(context, repo, await repo.git.commitObject(oid));
  return object.type === "tree" ? treeNode(context, repo, oid) : blobNode(object);
}

export function treeNode(context: Context, repo: Repo, oid: string): object {
  return {
    __typename: "Tree",
    id: nodeId("Tree", oid),
    oid,
    entries: async () =>
      (await repo.git.tree(oid)).map((entry) => ({
        name: entry.name,
        type: entry.type,
        mode: Number.parseInt(entry.mode, 8),
        oid: entry.oid,
        object: () => objectNode(context, repo, entry.oid),
      })),
  };
}

/** Text that is longer than this GitHub cuts off. */
const LONGEST_TEXT = 512_000;

function blobNode({ oid, raw }: GitObject): object {
  const binary = raw.includes(0);
  return {
    __typename: "Blob",
    id: nodeId("Blob", oid),
    oid,
    byteSize: raw.length,
    isBinary: binary,
    isTruncated: raw.length > LONGEST_TEXT,
    text: binary ? null : raw.subarray(0, LONGEST_TEXT).toString("utf8"),
  };
}
