import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { systemClock, type Clock } from "../../src/clock.js";
import { GraphqlService } from "./graphql/service.js";
import { AccessOffice } from "./http/access.js";
import { githubContract } from "./http/contract.js";
import { Faults } from "./http/faults.js";
import { RateLimits } from "./http/limits.js";
import { manifestErrors } from "./http/permissions.js";
import { RestService } from "./http/rest-service.js";
import { LoopbackServer, type RecordedRequest } from "./http/server.js";
import { SmartHttp } from "./http/smart-http.js";
import { Webhooks } from "./http/webhooks.js";
import { Router } from "./rest/router.js";
import { InstallationHandle, OrganizationHandle, UserHandle, type RepositoryHandle } from "./scenario.js";
import { install } from "./world/administration.js";
import { isJson } from "./world/json.js";
import type { Access, App, CheckRun } from "./world/model.js";
import { World, type AppOptions } from "./world/world.js";

export interface LoopbackOptions {
  /** The app's manifest, as `readManifest` reads `app.yml`. */
  readonly manifest: Manifest;
  readonly webhookSecret: string;
  /** Where webhooks go; may be set later, as the app often starts later. Until then they wait. */
  readonly webhookUrl?: string;
  readonly clock?: Clock;
  /**
   * By which tokens begin and end, where it is not `clock`: the app's client of GitHub makes and keeps them by the
   * machine's clock, so where only the app's own is moved, credentials have to stay with the machine's.
   */
  readonly accessClock?: Clock;
  /** 0, any free port, where it is left out. */
  readonly port?: number;
}

export interface Manifest {
  readonly name: string;
  readonly permissions: Readonly<Record<string, Access>>;
  readonly events: readonly string[];
}

/**
 * A stand-in for GitHub on 127.0.0.1: REST under `/api/v3`, GraphQL at `/api/graphql`, git's smart HTTP, webhooks. The
 * app under test talks to it over HTTP only; tests move the world through the handles.
 */
export class LoopbackGitHub {
  readonly world: World;
  /** The app under test. */
  readonly app: App;
  readonly webhooks: Webhooks;
  readonly faults = new Faults();
  readonly limits: RateLimits;
  readonly office: AccessOffice;
  /** What the real GitHub would have refused, or could not have said. `close` throws if there is anything. */
  readonly violations: string[] = [];
  readonly #server: LoopbackServer;

  constructor({
    manifest,
    webhookSecret,
    webhookUrl,
    clock = systemClock,
    accessClock = clock,
  }: LoopbackOptions) {
    const violation = (message: string) => {
      this.violations.push(message);
    };
    this.world = new World(clock);
    this.app = addAppUnderTest(this.world, manifest);
    const contract = githubContract();
    const hook = { url: webhookUrl ?? null, secret: webhookSecret };
    this.webhooks = new Webhooks(this.world, this.app, contract, hook, violation);
    this.limits = new RateLimits(clock);
    this.office = new AccessOffice(this.world, accessClock);
    const { world, office, limits, webhooks, faults } = this;
    this.#server = new LoopbackServer({
      clock,
      office,
      limits,
      faults,
      router: new Router(contract),
      rest: new RestService({ world, office, limits, webhooks }, contract, violation),
      graphql: new GraphqlService(world, limits, violation),
      git: new SmartHttp(world, office),
      violation,
    });
  }

  async listen(port: number): Promise<void> {
    this.world.url = await this.#server.listen(port);
  }

  get url(): string {
    return this.world.url;
  }

  /** What the app takes as `GITHUB_API_URL`. */
  get apiUrl(): string {
    return `${this.world.url}/api/v3`;
  }

  get appId(): number {
    return this.app.id;
  }

  /** PEM, what the app takes as `PRIVATE_KEY`. */
  get privateKey(): string {
    return this.app.keys().privateKey;
  }

  /** Every request to the API so far. */
  get requests(): readonly RecordedRequest[] {
    return this.#server.requests;
  }

  /** How many requests there were to a REST operation (`checks/create`) or of a named GraphQL operation. */
  count(operation: string): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  /** Tells where webhooks go; those that waited are sent. */
  async setWebhookUrl(url: string): Promise<void> {
    this.webhooks.url = url;
    await this.webhooks.resume();
  }

  /** The next `count` webhooks (of one event, where it is named) get lost. */
  dropWebhooks(count: number, event: string | null = null): void {
    this.webhooks.dropNext(count, event);
  }

  organization(login: string): OrganizationHandle {
    return new OrganizationHandle(this.world, this.world.addAccount(login, "Organization"));
  }

  /** A person; the e-mails are verified ones. `<login>@example.com` where none are given. */
  user(login: string, options: { name?: string; emails?: readonly string[] } = {}): UserHandle {
    const emails = options.emails ?? [`${login}@example.com`];
    return new UserHandle(this.world, this.world.addAccount(login, "User", { ...options, emails }));
  }

  /** Another app, to report checks. */
  otherApp(slug: string, options: Omit<AppOptions, "slug"> = {}): App {
    return this.world.addApp(this.app.owner, { permissions: { checks: "write" }, ...options, slug });
  }

  /** Gives an app another name: its bot gets another login, and the old ones are free for others. */
  renameApp(app: App, slug: string): void {
    app.slug = slug;
    app.bot.login = `${slug}[bot]`;
  }

  /** Installs the app under test; on all repositories where none are named. */
  install(
    account: OrganizationHandle | UserHandle,
    repositories: readonly RepositoryHandle[] | null = null,
  ): InstallationHandle {
    const repos = repositories?.map(({ repo }) => repo) ?? null;
    return new InstallationHandle(this.world, install(this.world, this.app, account.account, repos));
  }

  /** The check runs on a commit, of the app under test, each name's newest. */
  checkRuns({ repo }: RepositoryHandle, oid: string): CheckRun[] {
    const runs = repo.checkRuns.filter(({ suite }) => suite.oid === oid && suite.app === this.app);
    return [...new Map(runs.map((run) => [run.name, run])).values()];
  }

  /** @throws if anything went against GitHub's own descriptions */
  assertClean(): void {
    if (this.violations.length > 0)
      throw new Error(`GitHub would not have it:\n${this.violations.join("\n")}`);
  }

  /** Ends everything and removes its files, then throws if there were violations; `close({ check: false })` does not. */
  async close(options: { check?: boolean } = {}): Promise<void> {
    this.faults.clear();
    await this.webhooks.settled();
    await this.#server.close();
    await this.world.dispose();
    if (options.check !== false) this.assertClean();
  }
}

/** Starts a GitHub with one app and no one on it. @throws where GitHub would not take the manifest */
export async function startLoopbackGitHub(options: LoopbackOptions): Promise<LoopbackGitHub> {
  const github = new LoopbackGitHub(options);
  await github.listen(options.port ?? 0);
  return github;
}

function addAppUnderTest(world: World, { name, permissions, events }: Manifest): App {
  const errors = manifestErrors(permissions, events);
  if (errors.length > 0) throw new Error(`GitHub would refuse the manifest: ${errors.join("; ")}`);
  const owner = world.addAccount(`${name}-owner`, "Organization");
  return world.addApp(owner, { slug: name, name, permissions, events });
}

/** Reads a GitHub App manifest file. @throws where it is not one */
export function readManifest(path: URL | string): Manifest {
  const parsed: unknown = parse(readFileSync(path, "utf8"));
  if (!isJson(parsed)) throw new Error("the manifest is not a mapping");
  const { name, default_permissions: permissions, default_events: events } = parsed;
  if (typeof name !== "string" || !isJson(permissions) || !Array.isArray(events)) {
    throw new Error("the manifest lacks name, default_permissions or default_events");
  }
  const granted = Object.entries(permissions).map(
    ([permission, access]) => [permission, asAccess(access)] as const,
  );
  return { name, permissions: Object.fromEntries(granted), events: events.map(String) };
}

function asAccess(value: unknown): Access {
  if (value !== "read" && value !== "write") throw new Error(`no such access: ${String(value)}`);
  return value;
}
