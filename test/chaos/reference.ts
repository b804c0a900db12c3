import { silentLogger } from "../../src/logger.js";
import type { Clock } from "../../src/clock.js";
import type { FlowContext } from "../../src/flows/context.js";
import { evaluatePullRequest } from "../../src/flows/evaluate-pull-request.js";
import { connectGitHub } from "../../src/github/github.js";
import { createNotifier } from "../../src/notify/notifier.js";
import { Verifier } from "../../src/signatures/verifier.js";
import type { WantedCheck } from "../../src/store/store.js";
import type { PullRequestHandle } from "../github/scenario.js";
import { openTestStore, type TestStore } from "../support/postgres.js";
import { LOOPBACK } from "../support/scene.js";
import type { Stage } from "./stage.js";

/** The app without its queue, on a database that has heard nothing: it looks at what there is, and posts nothing. */
export class Reference {
  readonly #context: FlowContext;
  readonly #store: TestStore;

  private constructor(context: FlowContext, store: TestStore) {
    this.#context = context;
    this.#store = store;
  }

  /** @param databaseUrl of an empty database */
  static async open(databaseUrl: string, { github }: Stage, clock: Clock): Promise<Reference> {
    const { appId, privateKey, apiUrl } = github;
    const store = await openTestStore(databaseUrl, "/nonexistent", clock);
    const context: FlowContext = {
      appId,
      store,
      github: connectGitHub({ appId, privateKey, apiUrl }, clock, silentLogger),
      clock,
      verifier: new Verifier(),
      logger: silentLogger,
      notifier: createNotifier([], { clock, privateTargets: LOOPBACK }),
      opensPullRequests: false,
      deliveriesKeptDays: 30,
      docsUrl: null,
    };
    return new Reference(context, store);
  }

  /** What the check runs on the head that these pull requests share should say. */
  async checksOf(pulls: readonly PullRequestHandle[], installationId: number): Promise<WantedCheck[]> {
    const [first] = pulls;
    if (first === undefined) return [];
    const { repo } = first.pull;
    const { id: tenantId, login } = repo.owner;
    const repository = { id: repo.id, owner: login, name: repo.name };
    await this.#store.saveTenant({
      id: tenantId,
      login,
      installationId,
      suspended: false,
      asOf: new Date(0),
    });
    for (const { number } of pulls)
      await evaluatePullRequest(this.#context, { tenantId, repository, number });
    return await this.#store.wantedChecks({ tenantId, repositoryId: repo.id, oid: first.headOid });
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}
