import type { Account } from "./facts.js";

/** A change of protection as an organization's audit log tells it. */
export interface LoggedChange {
  /** Of the entry: stable, however often it is read. */
  readonly id: string;
  readonly at: Date;
  readonly kind: "classic" | "ruleset";
  readonly action: "created" | "edited" | "deleted";
  /** Of the rule (its pattern) or ruleset, before the change where it got another. */
  readonly name: string;
  /** `null`: the organization's own, which may bind any of its repositories. */
  readonly repository: LoggedRepository | null;
  readonly by: Account | null;
}

/** A repository as the entry names it: by its id where it has one, else as it was called then. */
export interface LoggedRepository {
  readonly id: number | null;
  readonly fullName: string;
}

/** The audit log of an organization, which GitHub shows only on some plans, and only to who was granted it. */
export interface AuditLogSource {
  /**
   * Changes of protection since an instant, of all repositories and of the organization, the newest of each kind first;
   * at most a thousand of each kind. `null`: the log is not to be had, which is not asked again for an hour.
   *
   * @throws CountersignError a `github-*` code, where it may be had and could not be read
   */
  protectionChanges(organization: string, since: Date): Promise<readonly LoggedChange[] | null>;
}
