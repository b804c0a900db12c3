import { isoSeconds } from "../world/world.js";
import { actorNode, organizationNode } from "./accounts.js";
import { unresolvable, type Context } from "./context.js";
import { RepositoryNode, repositoryOwnerNode } from "./repository.js";

/** The fields of GitHub's `Query` that are served. A class here is a GraphQL type, a method or getter one of its fields. */
export class QueryRoot {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  repository({ owner, name }: { owner: string; name: string }): RepositoryNode {
    const repo = this.#context.world.repository(owner, name);
    if (repo === null || !this.#context.sees(repo)) {
      throw unresolvable(`a Repository with the name '${owner}/${name}'`);
    }
    return new RepositoryNode(this.#context, repo);
  }

  user({ login }: { login: string }): object {
    const account = this.#context.world.account(login);
    if (account?.type !== "User") throw unresolvable(`a User with the login of '${login}'`);
    return actorNode(account);
  }

  organization({ login }: { login: string }): object {
    const account = this.#context.world.account(login);
    if (account?.type !== "Organization") throw unresolvable(`an Organization with the login of '${login}'`);
    return organizationNode(this.#context, account);
  }

  /** Whoever owns repositories; `null` for a login that nobody has, as GitHub has it. */
  repositoryOwner({ login }: { login: string }): object | null {
    const account = this.#context.world.account(login);
    return account === null ? null : repositoryOwnerNode(this.#context, account);
  }

  rateLimit(): object {
    const { limits, caller } = this.#context;
    const { limit, remaining, reset, used } = limits.state(caller, "graphql");
    return { cost: 1, nodeCount: 1, limit, remaining, used, resetAt: isoSeconds(new Date(reset * 1_000)) };
  }
}
