import type { PullRequestHandle } from "../../test/github/scenario.js";
import type { Figure, Goal } from "../figure.js";
import type { Group, Scale } from "../group.js";
import { median } from "../percentile.js";
import { Deployments } from "../service/deployments.js";
import { Service } from "../service/service.js";
import { Verdicts } from "../service/verdicts.js";
import { type Spent, spentOn } from "./spent.js";

/** Commits of a pull request → how many such are opened, one after the other. */
const SIZES: Readonly<Record<Scale, readonly (readonly [number, number])[]>> = {
  full: [
    [1, 20],
    [30, 10],
    [250, 5],
    [1_000, 3],
  ],
  quick: [
    [1, 3],
    [30, 2],
    [250, 1],
    [1_000, 1],
  ],
};

/** One pull request, from its first webhook to its verdict, and looked at again after nothing changed. */
interface Looks {
  readonly first: Spent;
  readonly again: Spent;
  /** From the first webhook to the last check run, in milliseconds. */
  readonly time: number;
}

/** What an evaluation asks of GitHub, and how long it takes. */
export const evaluation: Group = {
  name: "evaluation",
  run: async (scale, say) => {
    const service = await Service.create();
    try {
      const stage = await Stage.set(service);
      const figures: Figure[] = [];
      for (const [commits, pulls] of SIZES[scale]) {
        say(`Pull requests of ${commits} commits: ${pulls}, one after the other…`);
        const looks: Looks[] = [];
        while (looks.length < pulls) looks.push(await stage.lookAt(`c${commits}-${looks.length}`, commits));
        figures.push(...figuresOf(commits, looks));
      }
      return figures;
    } finally {
      await service.dispose();
    }
  },
};

class Stage {
  readonly #service: Service;
  readonly #deployments: Deployments;
  readonly #verdicts: Verdicts;

  private constructor(service: Service, deployments: Deployments) {
    this.#service = service;
    this.#deployments = deployments;
    this.#verdicts = new Verdicts(service.github);
  }

  /** Until the app has its token, knows the repository, and its code is warm. */
  static async set(service: Service): Promise<Stage> {
    const stage = new Stage(service, await Deployments.create(service.github));
    const app = await service.start(await service.newDatabase());
    await service.github.setWebhookUrl(`${app.url}/api/github/webhooks`);
    for (const branch of ["warm-1", "warm-2", "warm-3"]) await stage.lookAt(branch, 1);
    return stage;
  }

  async lookAt(branch: string, commits: number): Promise<Looks> {
    const { webhooks } = this.#service.github;
    const [pull] = await this.#held(() => this.#deployments.open([branch], commits));
    if (pull === undefined) throw new Error("no pull request was opened");
    let time = 0;
    const first = await this.#spent(async () => {
      const start = performance.now();
      const sent = webhooks.resume();
      await this.#verdicts.posted([pull]);
      time = performance.now() - start;
      await sent;
    });
    this.#mustBeVerified(pull);
    // A status that no policy asks for.
    const { repository, author } = this.#deployments;
    const again = await this.#spent(async () => {
      await repository.status(author, pull.headOid, "coverage", "success");
    });
    return { first, again, time };
  }

  /** What GitHub is asked for from now on until nothing is left to do. */
  async #spent(act: () => Promise<void>): Promise<Spent> {
    const { github } = this.#service;
    const before = github.requests.length;
    await act();
    await this.#service.quiet();
    return spentOn(github.requests.slice(before));
  }

  async #held<T>(act: () => Promise<T>): Promise<T> {
    this.#service.github.webhooks.hold();
    return await act();
  }

  /** Commits that were not even looked at would cost less. */
  #mustBeVerified({ headOid }: PullRequestHandle): void {
    const runs = this.#service.github.checkRuns(this.#deployments.repository, headOid);
    const gate = runs.find(({ name }) => name === "countersign/signatures");
    if (gate?.conclusion !== "success")
      throw new Error(`The commits were not found good: ${gate?.title ?? ""}`);
  }
}

/** Of requests the most that any needed; of times the median. */
function figuresOf(commits: number, looks: readonly Looks[]): Figure[] {
  const name = commits === 1 ? "1 commit" : `${commits} commits`;
  const most = (count: (look: Looks) => number): number => Math.max(...looks.map(count));
  const figure = (what: string, unit: string, ours: number, goal: number | null = null): Figure => ({
    group: "evaluation",
    name: `${name}: ${what}`,
    unit,
    ours,
    peer: null,
    goal: goal === null ? null : ({ kind: "at-most-itself", value: goal } satisfies Goal),
  });
  return [
    figure(
      "reads",
      "requests",
      most(({ first }) => first.reads),
      commits <= ORDINARY ? 1 : null,
    ),
    figure(
      "GraphQL",
      "points",
      most(({ first }) => first.points),
    ),
    figure(
      "writes",
      "requests",
      most(({ first }) => first.writes),
      5,
    ),
    figure(
      "reads, nothing changed",
      "requests",
      most(({ again }) => again.reads),
    ),
    figure(
      "writes, nothing changed",
      "requests",
      most(({ again }) => again.writes),
      0,
    ),
    figure("webhook to verdict, p50", "ms", median(looks.map(({ time }) => time))),
  ];
}

/** Commits of a pull request that one request can tell of. */
const ORDINARY = 50;
