import type { Repo } from "../world/model.js";
import * as ownership from "../world/ownership.js";
import type { World } from "../world/world.js";
import type { OrganizationHandle } from "./organization.js";
import type { UserHandle } from "./user.js";

/** What a repository's owner can change about all of it. */
export class RepositorySettings {
  readonly #world: World;
  readonly #repo: Repo;

  constructor(world: World, repo: Repo) {
    this.#world = world;
    this.#repo = repo;
  }

  rename(name: string): void {
    ownership.renameRepository(this.#world, this.#repo, name);
  }

  transfer({ account }: OrganizationHandle | UserHandle): void {
    ownership.transferRepository(this.#world, this.#repo, account);
  }

  setDefaultBranch(branch: string): void {
    ownership.setDefaultBranch(this.#world, this.#repo, branch);
  }

  /** An archived repository is read-only. */
  archive(archived = true): void {
    ownership.setArchived(this.#world, this.#repo, archived);
  }

  setPrivate(hidden: boolean): void {
    ownership.setPrivate(this.#world, this.#repo, hidden);
  }

  delete(): void {
    ownership.deleteRepository(this.#world, this.#repo);
  }
}
