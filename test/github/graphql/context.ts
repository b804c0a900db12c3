import { GraphQLError } from "graphql";
import { holds } from "../http/permissions.js";
import { maySee, type Caller } from "../http/access.js";
import type { RateLimits } from "../http/limits.js";
import { settledCommits } from "../world/branches/lookups.js";
import type { Access, Account, Repo } from "../world/model.js";
import type { World } from "../world/world.js";

/** What resolvers share: the world, and who is asking. */
export class Context {
  readonly world: World;
  readonly limits: RateLimits;
  readonly caller: Caller;
  readonly #settled = new Map<number, Promise<ReadonlySet<string>>>();

  constructor(world: World, limits: RateLimits, caller: Caller) {
    this.world = world;
    this.limits = limits;
    this.caller = caller;
  }

  /** Whether the caller has a permission; a person has them all here, roles being a matter of REST. */
  may(name: string, access: Access = "read"): boolean {
    return this.caller.kind !== "installation" || holds(this.caller.grant.permissions, { name, access });
  }

  /** @throws GraphQLError of type FORBIDDEN, which makes the field null and tells why */
  need(name: string, access: Access = "read"): void {
    if (!this.may(name, access)) throw forbidden();
  }

  /** As `need`, for what belongs to an organization: an installation's permissions reach no other account. */
  needOfAccount(account: Account, name: string): void {
    this.need(name);
    if (this.caller.kind === "installation" && this.caller.installation.account !== account)
      throw forbidden();
  }

  /** The commits of a repository's default branch, found once a request. */
  async settled(repo: Repo): Promise<ReadonlySet<string>> {
    const known = this.#settled.get(repo.id);
    if (known !== undefined) return await known;
    const found = settledCommits(repo);
    this.#settled.set(repo.id, found);
    return await found;
  }

  sees(repo: Repo): boolean {
    return maySee(this.world, this.caller, repo);
  }
}

function forbidden(): GraphQLError {
  return new GraphQLError("Resource not accessible by integration", { extensions: { type: "FORBIDDEN" } });
}

/** That nothing is there, as GitHub says it of nodes. */
export function unresolvable(what: string): GraphQLError {
  return notFound(`Could not resolve to ${what}.`);
}

/** A GraphQLError of type NOT_FOUND, in GitHub's words for it. */
export function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });
}
