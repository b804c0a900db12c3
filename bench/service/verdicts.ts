import type { LoopbackGitHub } from "../../test/github/loopback.js";
import type { PullRequestHandle } from "../../test/github/scenario.js";
import type { Repo } from "../../test/github/world/model.js";

/** The verdict and the four gates. */
const CHECKS = 5;
const LIMIT_MS = 10 * 60_000;

/** Watches the check runs that the app posts. */
export class Verdicts {
  readonly #github: LoopbackGitHub;
  readonly #waiting = new Map<string, () => void>();

  constructor(github: LoopbackGitHub) {
    this.#github = github;
    github.world.onEvent(({ name, repo }) => {
      if (name === "check_run" && repo !== null) this.#look(repo);
    });
  }

  /** Resolves when all check runs are posted on the heads of all of these. @throws after ten minutes */
  async posted(pulls: readonly PullRequestHandle[]): Promise<void> {
    const late = new Promise<never>((_resolve, reject) => {
      const fail = (): void => {
        reject(new Error(`${this.#waiting.size} verdicts were not posted in ten minutes.`));
      };
      setTimeout(fail, LIMIT_MS).unref();
    });
    const heads = pulls.map(
      ({ headOid }) => new Promise<void>((resolve) => this.#waiting.set(headOid, resolve)),
    );
    for (const { pull } of pulls) this.#look(pull.repo);
    await Promise.race([Promise.all(heads), late]);
  }

  #look(repo: Repo): void {
    const posted = new Map<string, Set<string>>();
    for (const { name, suite, status } of repo.checkRuns) {
      if (suite.app !== this.#github.app || status !== "completed" || !this.#waiting.has(suite.oid)) continue;
      posted.set(suite.oid, (posted.get(suite.oid) ?? new Set()).add(name));
    }
    for (const [oid, names] of posted) {
      if (names.size < CHECKS) continue;
      this.#waiting.get(oid)?.();
      this.#waiting.delete(oid);
    }
  }
}
