import type { Team } from "../world/model.js";
import type { UserHandle } from "./user.js";

/** A team of an organization as a test holds it. */
export class TeamHandle {
  readonly team: Team;

  constructor(team: Team) {
    this.team = team;
  }

  get id(): number {
    return this.team.id;
  }

  get slug(): string {
    return this.team.slug;
  }

  add(...users: readonly UserHandle[]): void {
    for (const { account } of users) this.team.members.add(account.id);
  }

  remove(...users: readonly UserHandle[]): void {
    for (const { account } of users) this.team.members.delete(account.id);
  }
}
