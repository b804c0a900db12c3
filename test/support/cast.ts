import { afterAll, beforeAll, describe, jest } from "@jest/globals";
import type { LoopbackGitHub } from "../github/loopback.js";
import type {
  InstallationHandle,
  OrganizationHandle,
  PullRequestHandle,
  PushOptions,
  RepositoryHandle,
  UserHandle,
} from "../github/scenario.js";
import type { StoredRecord } from "../../src/store/store.js";
import type { App, CheckRun } from "../github/world/model.js";
import type { NewPull } from "../github/world/pulls.js";
import { sharedPostgres } from "./postgres.js";
import { RunningClock, startScene, type Scene, type SceneOptions } from "./scene.js";
import { createKeyring, type GpgKey, type Keyring, type SshKey } from "./signing.js";

export const CHECKS = [
  "countersign",
  "countersign/policy",
  "countersign/protection",
  "countersign/review",
  "countersign/signatures",
];

/** A policy result that every change needs, of the app `conftest`. */
export const RESULT = "manifests";

/** People and tools in a scene where everything is green except what a test breaks. */
export class Cast {
  readonly scene: Scene;
  readonly clock: RunningClock;
  readonly github: LoopbackGitHub;
  readonly keyring: Keyring;
  readonly organization: OrganizationHandle;
  readonly installation: InstallationHandle;
  /** Writes changes, and signs them with an SSH key that the base branch trusts. */
  readonly alice: UserHandle;
  readonly aliceKey: SshKey;
  /** Reviews, and signs with a GPG key that the base branch trusts. */
  readonly bob: UserHandle;
  readonly bobKey: GpgKey;
  readonly carol: UserHandle;
  /** Named by the policy as the one who may bypass protection: pushes to `main`, merges what is red. */
  readonly admin: UserHandle;
  /** Compliance as code: reports `RESULT`. */
  readonly conftest: App;

  constructor(scene: Scene, clock: RunningClock, keyring: Keyring, keys: { alice: SshKey; bob: GpgKey }) {
    const { github } = scene;
    this.scene = scene;
    this.clock = clock;
    this.github = github;
    this.keyring = keyring;
    this.organization = github.organization("acme");
    [this.alice, this.bob, this.carol] = [github.user("alice"), github.user("bob"), github.user("carol")];
    this.admin = github.user("root");
    this.conftest = github.otherApp("conftest");
    this.installation = github.install(this.organization);
    this.aliceKey = keys.alice;
    this.bobKey = keys.bob;
  }

  /** The policy file of every repository here, with more lines at its end. */
  policy(more: readonly string[] = []): string {
    const lines = [
      "version: 1",
      'branches: ["~DEFAULT_BRANCH", "release/*"]',
      "protection:",
      "  bypassActors:",
      `    - { kind: user, id: ${this.admin.account.id} }`,
      "results:",
      `  - { check: ${RESULT}, app: ${this.conftest.id} }`,
      ...more,
    ];
    return lines.map((line) => `${line}\n`).join("");
  }

  /** The control files of a good repository: policy, Alice's SSH key and Bob's GPG key. */
  controlFiles(): Record<string, string> {
    return {
      ".github/countersign.yml": this.policy(),
      ".github/countersign/allowed_signers": `alice@example.com namespaces="git" ${this.aliceKey.publicKey}\n`,
      ".github/countersign/keyring/bob.asc": this.bobKey.publicKey,
    };
  }

  /** A repository with a good policy and good protection; `files` come on top, `null` leaves one of them out. */
  async repository(
    name: string,
    files: Readonly<Record<string, string | null>> = {},
    options: { readonly private?: boolean } = {},
  ): Promise<RepositoryHandle> {
    const all: Record<string, string | null> = {
      "README.md": `# ${name}\n`,
      ...this.controlFiles(),
      ...files,
    };
    const kept = Object.entries(all).flatMap(([path, text]) =>
      text === null ? [] : [[path, text] as const],
    );
    const repository = await this.organization.repository(name, {
      ...options,
      files: Object.fromEntries(kept),
    });
    for (const user of [this.alice, this.bob, this.carol]) repository.grant(user, "write");
    repository.grant(this.admin, "admin");
    this.protect(repository, "main");
    return repository;
  }

  /** Classic protection that meets the policy's baseline. */
  protect(repository: RepositoryHandle, branch: string): ReturnType<RepositoryHandle["protect"]> {
    const { id, login } = this.admin.account;
    return repository.protect(branch, {
      adminEnforced: true,
      pullRequest: { approvals: 1, dismissStale: true, codeOwners: false, lastPushApproval: true },
      checks: [{ context: "countersign", appId: this.github.appId }],
      signatures: true,
      pullRequestBypass: [{ kind: "user", id, name: login }],
    });
  }

  /** Alice's pull request with one commit, signed unless said otherwise. */
  async openPull(
    repository: RepositoryHandle,
    branch: string,
    { push = {}, ...pull }: Partial<Omit<NewPull, "head">> & { readonly push?: Partial<PushOptions> } = {},
  ): Promise<PullRequestHandle> {
    const change = { message: `Change ${branch}`, files: { [`${branch}.yaml`]: "replicas: 3\n" } };
    await repository.push(this.alice, branch, { ...change, key: this.aliceKey, ...push });
    const title = pull.title ?? `Change ${branch}`;
    return await repository.openPullRequest(this.alice, { base: "main", ...pull, title, head: branch });
  }

  /** What else a pull request needs: the result passes and somebody else, Bob as a rule, approves. */
  async complete(
    repository: RepositoryHandle,
    pull: PullRequestHandle,
    reviewer: UserHandle = this.bob,
  ): Promise<void> {
    await this.report(repository, pull.headOid);
    pull.review(reviewer, "APPROVE");
  }

  /** A pull request of Alice's that passes every gate. */
  async greenPull(repository: RepositoryHandle, branch: string): Promise<PullRequestHandle> {
    const pull = await this.openPull(repository, branch);
    await this.complete(repository, pull);
    await this.scene.settled();
    return pull;
  }

  async report(repository: RepositoryHandle, oid: string, conclusion = "success"): Promise<CheckRun> {
    return await repository.checkRun(this.conftest, oid, RESULT, { status: "completed", conclusion });
  }

  /** The newest check run of each of our names on a commit: name → conclusion. */
  conclusions(repository: RepositoryHandle, oid: string): Record<string, string | null> {
    const runs = this.github.checkRuns(repository, oid);
    return Object.fromEntries(runs.map(({ name, conclusion }) => [name, conclusion]));
  }

  /** Our check run of a name on a commit. @throws where there is none */
  check(repository: RepositoryHandle, oid: string, name = "countersign"): CheckRun {
    const run = this.github.checkRuns(repository, oid).find((candidate) => candidate.name === name);
    if (run === undefined) throw new Error(`there is no check run ${name} on ${oid}`);
    return run;
  }

  /** How many check runs of ours there are on a commit, those that newer ones took the place of included. */
  postedRuns({ repo }: RepositoryHandle, oid: string): CheckRun[] {
    return repo.checkRuns.filter(({ suite }) => suite.app === this.github.app && suite.oid === oid);
  }

  /** Merges, and waits for the record; the first look may have come before GitHub's activity log. */
  async merge(
    pull: PullRequestHandle,
    by: UserHandle,
    options: Parameters<PullRequestHandle["merge"]>[1] = {},
  ): Promise<string> {
    const oid = await pull.merge(by, options);
    await this.scene.settled();
    await this.scene.hurried();
    return oid;
  }

  /** The records of a pull request's merge: one, or none. Those of its break-glass case are not among them. */
  async records({ pull: { repo, number } }: PullRequestHandle): Promise<StoredRecord[]> {
    const all = await this.scene.app.store.listRecords(repo.owner.id, 0, 1_000);
    return all.filter(
      ({ kind, repository, pullNumber }) =>
        kind === "merge" && repository.id === repo.id && pullNumber === number,
    );
  }

  /** The admin pushes files to a branch, past its protection. */
  async pushToBase(
    repository: RepositoryHandle,
    files: Readonly<Record<string, string | null>>,
    branch = "main",
  ): Promise<string> {
    return await repository.push(this.admin, branch, { message: "Change the control files", files });
  }

  /** All that our check runs on a commit say. */
  said(repository: RepositoryHandle, oid: string): string {
    const runs = this.github.checkRuns(repository, oid);
    return runs.map(({ title, summary, text }) => [title, summary, text].join("\n")).join("\n");
  }
}

/** Scenes run real git, gpg and PostgreSQL for each step, on machines that may be busy. */
const STEP_TIMEOUT_MS = 180_000;

export type DatabaseKind = "postgres" | "embedded";

/** What the operator has set up, besides the database. */
export type Setting = Omit<SceneOptions, "databaseUrl" | "clock">;

/**
 * Starts the app, GitHub and everyone in it once for a suite, on each of the databases named. The operator's setting is
 * asked for when the app starts, after the hooks of the file.
 */
export function withCast(
  name: string,
  suite: (cast: () => Cast) => void,
  databases: readonly DatabaseKind[] = ["postgres"],
  setting: () => Setting = () => ({}),
): void {
  jest.setTimeout(STEP_TIMEOUT_MS);
  describe.each(databases)(`${name} on %s`, (kind) => {
    let started: { cast: Cast; end: () => Promise<void> } | undefined;

    beforeAll(async () => {
      started = await startCast(kind, setting());
    });
    afterAll(async () => {
      await started?.end();
    });

    suite(() => {
      if (started === undefined) throw new Error("the cast is there only inside of tests");
      return started.cast;
    });
  });
}

async function startCast(
  kind: DatabaseKind,
  setting: Setting,
): Promise<{ cast: Cast; end: () => Promise<void> }> {
  const postgres = kind === "postgres" ? await sharedPostgres() : null;
  const keyring = await createKeyring();
  const keys = {
    alice: await keyring.sshKey({ comment: "alice@laptop" }),
    bob: await keyring.gpgKey({ name: "bob", email: "bob@example.com" }),
  };
  const clock = new RunningClock();
  const databaseUrl = (await postgres?.createDatabase()) ?? null;
  const scene = await startScene({ ...setting, databaseUrl, clock });
  return {
    cast: new Cast(scene, clock, keyring, keys),
    end: async () => {
      await scene.close().finally(async () => {
        await keyring.dispose();
        await postgres?.stop();
      });
    },
  };
}
