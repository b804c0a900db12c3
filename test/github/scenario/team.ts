import type { Role, Team } from "../world/model.js";
import { addToTeam, deleteTeam, giveToTeam, removeFromTeam, takeFromTeam } from "../world/people.js";
import type { World } from "../world/world.js";
import type { RepositoryHandle } from "./repository.js";
import type { UserHandle } from "./user.js";

/** A team of an organization as a test holds it. */
export class TeamHandle {
  readonly team: Team;
  readonly #world: World;

  constructor(world: World, team: Team) {
    this.#world = world;
    this.team = team;
  }

  get id(): number {
    return this.team.id;
  }

  get slug(): string {
    return this.team.slug;
  }

  add(...users: readonly UserHandle[]): void {
    for (const { account } of users) addToTeam(this.#world, this.team, account);
  }

  remove(...users: readonly UserHandle[]): void {
    for (const { account } of users) removeFromTeam(this.#world, this.team, account);
  }

  /** The team may do this in a repository from now on, instead of what it might before. */
  give({ repo }: RepositoryHandle, role: Role): void {
    giveToTeam(this.#world, this.team, repo, role);
  }

  /** The team may do nothing in a repository any more. */
  take({ repo }: RepositoryHandle): void {
    takeFromTeam(this.#world, this.team, repo);
  }

  delete(): void {
    deleteTeam(this.#world, this.team);
  }
}
