import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type { Clock } from "../../clock.js";
import type { Logger } from "../../logger.js";
import { type Budgeting, InstallationBudget } from "../budget/installation-budget.js";
import { type Cost, costOf } from "../budget/limits.js";
import { answerIn, windowIn } from "./answers.js";
import { type Answer, githubError, limitReached, rateLimitError } from "./errors.js";
import { type Asked, Etags } from "./etags.js";
import { Slots } from "./slots.js";

/** What a client needs to speak as the app. */
export interface AppIdentity {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** REST root, e.g. `https://api.github.com`; GraphQL follows from it. */
  readonly apiUrl: string;
}

/** Every answer is due by then: GitHub itself gives up on a request after 10 s. */
const TIMEOUT_MS = 30_000;
const USER_AGENT = "countersign";

/** Here rather than in a hook, so that it also holds for the requests that fetch tokens. */
const fetchInTime: typeof fetch = (input, init) =>
  fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });

/** The app itself has limits of its own, which are kept as those of an installation that no one has. */
const THE_APP = 0;

/** One Octokit an installation, so that each keeps its own token until it expires. */
export class GitHubClients {
  readonly #identity: AppIdentity;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #budgeting: Budgeting;
  readonly #installations = new Map<number, Octokit>();
  readonly #budgets = new Map<number, { readonly budget: InstallationBudget; readonly slots: Slots }>();

  constructor(identity: AppIdentity, clock: Clock, logger: Logger, budgeting: Budgeting) {
    this.#identity = identity;
    this.#clock = clock;
    this.#logger = logger;
    this.#budgeting = budgeting;
  }

  /** The client that acts as one installation; its errors are CountersignErrors with a `github-*` code. */
  forInstallation(installationId: number): Octokit {
    const existing = this.#installations.get(installationId);
    if (existing !== undefined) return existing;
    const client = this.#create({ installationId });
    this.#installations.set(installationId, client);
    return client;
  }

  /** The client that acts as the app itself, for what is about no installation. */
  forApp(): Octokit {
    return this.#create({});
  }

  /** What an installation has left. */
  budgetOf(installationId: number): InstallationBudget {
    return this.#spendingOf(installationId).budget;
  }

  #create(scope: { readonly installationId?: number }): Octokit {
    const { appId, privateKey, apiUrl } = this.#identity;
    const client = new Octokit({
      authStrategy: createAppAuth,
      auth: { appId, privateKey, ...scope },
      baseUrl: apiUrl,
      userAgent: USER_AGENT,
      request: { fetch: fetchInTime },
      log: {
        debug: () => undefined,
        info: () => undefined,
        warn: (message: string) => {
          this.#logger.warn({ client: "octokit" }, message);
        },
        error: () => undefined,
      },
    });
    const { budget, slots } = this.#spendingOf(scope.installationId ?? THE_APP);
    const etags = new Etags();
    client.hook.wrap("request", async (request, options) => {
      const what = `${options.method} ${options.url}`;
      const cost = costOf(options.method, options.url);
      // Those of the app itself are lists of what is new.
      const conditional = options.method === "GET" && scope.installationId !== undefined;
      await budget.take(cost);
      return slots.use(async () => {
        const sentAt = this.#clock.now().getTime();
        const hear = (answer: Answer): Promise<void> => this.#hear(budget, cost.resource, answer, sentAt);
        try {
          const send = async (headers: object) => {
            // In place, for the hooks below this one were handed these very options.
            options.headers = { ...options.headers, ...headers };
            return await request(options);
          };
          const { response, answer } = conditional
            ? await etags.ask(client.request.endpoint.parse(options).url, send)
            : await sent(send({}));
          await hear(answer);
          const limit = rateLimitError(response, what, this.#clock.now());
          if (limit !== null) throw limit;
          return response;
        } catch (error) {
          const answer = answerIn(error);
          if (answer !== null) await hear(answer);
          // A token that GitHub takes no more would be kept until its hour is over: the next attempt gets a new one.
          if (answer?.status === 401 && scope.installationId !== undefined)
            this.#installations.delete(scope.installationId);
          throw githubError(error, what, this.#clock.now());
        }
      });
    });
    return client;
  }

  #spendingOf(installationId: number) {
    const known = this.#budgets.get(installationId);
    if (known !== undefined) return known;
    const budget = new InstallationBudget(installationId, this.#budgeting, this.#clock);
    const spending = { budget, slots: new Slots(() => budget.atOnce) };
    this.#budgets.set(installationId, spending);
    return spending;
  }

  /** Notes what an answer told of the limits; where one was reached, before anyone else asks. */
  async #hear(budget: InstallationBudget, resource: Cost["resource"], answer: Answer, sentAt: number) {
    const now = this.#clock.now();
    const tookMs = Math.max(0, now.getTime() - sentAt);
    budget.hear({ resource, window: windowIn(answer), unchanged: answer.status === 304, tookMs });
    const limit = limitReached(answer, now);
    if (limit?.kind === "secondary")
      await budget.pause(limit.until, "GitHub refused a request for its secondary limits");
    else if (limit !== null) await budget.exhausted(resource, limit.until);
  }
}

async function sent(request: Promise<Asked["response"]>): Promise<Asked> {
  const response = await request;
  return { response, answer: response };
}
