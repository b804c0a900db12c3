import * as administration from "../world/administration.js";
import { leaveOrganization, renameAccount } from "../world/people.js";
import type { Account, Ruleset, Team } from "../world/model.js";
import type { World } from "../world/world.js";
import { RepositoryHandle } from "./repository.js";
import { newRuleset, type RulesetOptions } from "./ruleset.js";
import { TeamHandle } from "./team.js";
import type { UserHandle } from "./user.js";

export interface RepositoryOptions {
  readonly private?: boolean;
  /** Files of the first commit on the default branch; a README where it is left out. */
  readonly files?: Readonly<Record<string, string>>;
}

export class OrganizationHandle {
  readonly account: Account;
  readonly #world: World;

  constructor(world: World, account: Account) {
    this.#world = world;
    this.account = account;
  }

  get login(): string {
    return this.account.login;
  }

  /** Makes somebody a member or an owner of the organization. */
  addMember(user: UserHandle, role: "member" | "admin" = "member"): void {
    const members = this.#world.members.get(this.account.id) ?? new Map<number, "admin" | "member">();
    this.#world.members.set(this.account.id, members.set(user.account.id, role));
  }

  /** A member leaves, or is put out, and with that leaves the organization's teams and repositories. */
  removeMember(user: UserHandle): void {
    leaveOrganization(this.#world, this.account, user.account);
  }

  /** Moves to a plan whose audit log can be read by API, or away from it. */
  onEnterprise(enterprise = true): void {
    this.account.enterprise = enterprise;
  }

  rename(login: string): void {
    renameAccount(this.#world, this.account, login);
  }

  /** A team; its members need not be the organization's members, as GitHub would make them. */
  team(name: string, ...members: readonly UserHandle[]): TeamHandle {
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const team: Team = {
      id: this.#world.id(),
      organization: this.account,
      slug,
      name,
      members: new Set(members.map(({ account }) => account.id)),
      repositories: new Map(),
    };
    this.#world.teams.push(team);
    return new TeamHandle(this.#world, team);
  }

  /** A new repository with a first commit on `main`. */
  async repository(name: string, options: RepositoryOptions = {}): Promise<RepositoryHandle> {
    const repo = await this.#world.addRepository(this.account, name, { private: options.private ?? true });
    const { person } = this.#world.webFlow;
    await repo.git.commit({
      message: "Initial commit",
      author: person,
      date: this.#world.clock.now(),
      files: options.files ?? { "README.md": `# ${name}\n` },
    });
    return new RepositoryHandle(this.#world, repo);
  }

  /** A ruleset of the organization, active on the default branch of every repository unless said otherwise. */
  ruleset(options: RulesetOptions): Ruleset {
    const source = { kind: "organization", account: this.account } as const;
    const ruleset = newRuleset(this.#world, source, options);
    administration.addRuleset(this.#world, ruleset, this.account);
    return ruleset;
  }

  removeRuleset(ruleset: Ruleset): void {
    administration.removeRuleset(this.#world, ruleset, this.account);
  }
}
