import * as administration from "../world/administration.js";
import type { Installation } from "../world/model.js";
import type { World } from "../world/world.js";
import type { RepositoryHandle } from "./repository.js";
import type { UserHandle } from "./user.js";

export class InstallationHandle {
  readonly installation: Installation;
  readonly #world: World;

  constructor(world: World, installation: Installation) {
    this.#world = world;
    this.installation = installation;
  }

  get id(): number {
    return this.installation.id;
  }

  suspend(by: UserHandle): void {
    administration.suspend(this.#world, this.installation, by.account);
  }

  unsuspend(): void {
    administration.unsuspend(this.#world, this.installation);
  }

  /** The account's owner accepts what the app asks for now. */
  acceptPermissions(permissions: Installation["permissions"]): void {
    administration.acceptPermissions(this.#world, this.installation, permissions);
  }

  uninstall(): void {
    administration.uninstall(this.#world, this.installation);
  }

  select(action: "added" | "removed", ...repositories: RepositoryHandle[]): void {
    const repos = repositories.map(({ repo }) => repo);
    administration.selectRepositories(this.#world, this.installation, action, repos);
  }
}
