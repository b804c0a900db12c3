import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../src/clock.js";
import { GitStore } from "./git/git.js";
import type { Access, Account, App, AppKeys, Installation, Repo, Role, Team } from "./model.js";
import type { Json } from "./json.js";
import { SignatureOpinions } from "./git/signatures.js";
import { WebFlow } from "./git/web-flow.js";

/** Something that happened, as a webhook would tell it. */
export interface WorldEvent {
  readonly name: string;
  readonly action: string | null;
  /** Whose installations hear of it. */
  readonly account: Account;
  readonly repo: Repo | null;
  /** Set where only one app hears of it (its own installation, a button on its own check). */
  readonly installation: Installation | null;
  /** Where set, only installations that were granted one of these permissions hear of it. */
  readonly permissions?: readonly string[];
  readonly payload: Json;
}

export interface AppOptions {
  readonly slug: string;
  readonly name?: string;
  readonly permissions?: Readonly<Record<string, Access>>;
  readonly events?: readonly string[];
  readonly private?: boolean;
}

/** Everything the loopback GitHub knows, and the only place where ids and times are given out. */
export class World {
  readonly accounts: Account[] = [];
  readonly apps: App[] = [];
  readonly installations: Installation[] = [];
  readonly repositories: Repo[] = [];
  readonly members = new Map<number, Map<number, "admin" | "member">>();
  readonly teams: Team[] = [];
  readonly clock: Clock;
  readonly opinions = new SignatureOpinions(this);
  readonly webFlow = new WebFlow(this);
  /** Entries of a tree that GitHub lists at most. */
  largestTree = 100_000;
  /** Where the server listens; set once it does. */
  url = "";
  #nextId = 1_000;
  #folder: Promise<string> | null = null;
  #listeners: ((event: WorldEvent) => void)[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  now(): string {
    return isoSeconds(this.clock.now());
  }

  onEvent(listener: (event: WorldEvent) => void): void {
    this.#listeners.push(listener);
  }

  emit(event: WorldEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The folder that holds every repository of this world. */
  async folder(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), "loopback-"));
    return await this.#folder;
  }

  async dispose(): Promise<void> {
    await this.webFlow.dispose();
    if (this.#folder !== null) await rm(await this.#folder, { recursive: true, force: true });
  }

  addAccount(
    login: string,
    type: Account["type"],
    options: { name?: string; emails?: readonly string[] } = {},
  ): Account {
    if (this.account(login) !== null) throw new Error(`${login} is taken`);
    const account: Account = {
      id: this.id(),
      login,
      type,
      name: options.name ?? login,
      emails: [...(options.emails ?? [])],
      createdAt: this.now(),
      token: `ghp_${randomBytes(27).toString("hex").slice(0, 36)}`,
      gpgKeys: [],
      sshSigningKeys: [],
      rulesets: [],
      auditLog: [],
      enterprise: false,
    };
    this.accounts.push(account);
    return account;
  }

  /** The account by which merge queues merge. */
  mergeQueue(): Account {
    const login = "github-merge-queue[bot]";
    return this.account(login) ?? this.addAccount(login, "Bot");
  }

  addApp(owner: Account, options: AppOptions): App {
    const place = this.apps.length;
    const app: App = {
      id: this.id(),
      slug: options.slug,
      private: options.private ?? false,
      name: options.name ?? options.slug,
      owner,
      bot: this.addAccount(`${options.slug}[bot]`, "Bot"),
      keys: () => keysOf(place),
      permissions: { metadata: "read", ...options.permissions },
      events: options.events ?? [],
      createdAt: this.now(),
    };
    this.apps.push(app);
    return app;
  }

  async addRepository(
    owner: Account,
    name: string,
    options: { private?: boolean; parent?: Repo } = {},
  ): Promise<Repo> {
    const id = this.id();
    // Names can be given to others, and a repository keeps its folder.
    const folder = join(await this.folder(), owner.login, `${id}-${name}.git`);
    const repo: Repo = {
      id,
      owner,
      name,
      private: options.private ?? true,
      defaultBranch: "main",
      formerNames: [],
      git: await GitStore.create(folder),
      parent: options.parent ?? null,
      collaborators: new Map(),
      pulls: [],
      queue: [],
      statuses: [],
      checkSuites: [],
      checkRuns: [],
      comments: [],
      issues: [],
      deletedIssues: new Set(),
      labels: [],
      activities: [],
      protections: [],
      rulesets: [],
      alerts: [],
      analyses: [],
      archived: false,
      nextNumber: 1,
      createdAt: this.now(),
      pushedAt: this.now(),
      updatedAt: this.now(),
    };
    this.repositories.push(repo);
    return repo;
  }

  account(login: string): Account | null {
    return this.accounts.find((account) => account.login.toLowerCase() === login.toLowerCase()) ?? null;
  }

  /** The account that verified this e-mail, or that GitHub's own no-reply address names. */
  accountByEmail(email: string): Account | null {
    const wanted = email.toLowerCase();
    const noReply = /^(?:(?<id>\d+)\+)?(?<login>[^@]+)@users\.noreply\.github\.com$/.exec(wanted)?.groups?.[
      "login"
    ];
    const people = this.accounts.filter(({ type }) => type !== "Organization");
    const verified = people.find(({ emails }) => emails.some((known) => known.toLowerCase() === wanted));
    return verified ?? people.find(({ login }) => login.toLowerCase() === noReply) ?? null;
  }

  repository(owner: string, name: string): Repo | null {
    const wanted = `${owner}/${name}`.toLowerCase();
    const named = this.repositories.find((repo) => fullName(repo).toLowerCase() === wanted);
    const renamed = (repo: Repo) => repo.formerNames.some((former) => former.toLowerCase() === wanted);
    return named ?? this.repositories.find(renamed) ?? null;
  }

  /** The installations that reach a repository, or the account where `repo` is null. */
  installationsFor(account: Account, repo: Repo | null): Installation[] {
    return this.installations.filter(
      (installation) => installation.account === account && (repo === null || reaches(installation, repo)),
    );
  }

  /** The role an account has on a repository, by itself or by its teams; `null` for none. */
  role(account: Account, repo: Repo): Role | null {
    if (repo.owner === account || this.members.get(repo.owner.id)?.get(account.id) === "admin")
      return "admin";
    const byTeam = this.teams
      .filter(({ members, organization }) => members.has(account.id) && organization === repo.owner)
      .map(({ repositories }) => repositories.get(repo.id));
    const roles = [
      repo.collaborators.get(account.id),
      ...byTeam,
      repo.private ? undefined : ("read" as const),
    ];
    return ROLES.findLast((role) => roles.includes(role)) ?? null;
  }
}

/** From the least to the most. */
const ROLES: readonly Role[] = ["read", "triage", "write", "maintain", "admin"];

/** Throw-away keys by the order of their apps: making one takes longer than starting a GitHub, so worlds share them. */
const KEYS: AppKeys[] = [];

function keysOf(place: number): AppKeys {
  const known = KEYS[place];
  if (known !== undefined) return known;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = { publicKey, privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString() };
  KEYS[place] = keys;
  return keys;
}

export function fullName(repo: Repo): string {
  return `${repo.owner.login}/${repo.name}`;
}

export function reaches(installation: Installation, repo: Repo): boolean {
  if (installation.account !== repo.owner) return false;
  return installation.selection === "all" || installation.repositories.has(repo.id);
}

/** Whether a role may push. */
export function canWrite(role: Role | null): boolean {
  return role === "write" || role === "maintain" || role === "admin";
}

export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
