import { createAppAuth } from "@octokit/auth-app";
import { RequestError } from "@octokit/request-error";
import { Octokit } from "@octokit/rest";
import type { Clock } from "../../clock.js";
import type { Logger } from "../../logger.js";
import { githubError, rateLimitError } from "./errors.js";

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

/** One Octokit an installation, so that each keeps its own token until it expires. */
export class GitHubClients {
  readonly #identity: AppIdentity;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #installations = new Map<number, Octokit>();

  constructor(identity: AppIdentity, clock: Clock, logger: Logger) {
    this.#identity = identity;
    this.#clock = clock;
    this.#logger = logger;
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
    client.hook.wrap("request", async (request, options) => {
      const what = `${options.method} ${options.url}`;
      try {
        const response = await request(options);
        const limit = rateLimitError(response, what, this.#clock.now());
        if (limit !== null) throw limit;
        return response;
      } catch (error) {
        // A token that GitHub takes no more would be kept until its hour is over: the next attempt gets a new one.
        const { installationId } = scope;
        if (installationId !== undefined && error instanceof RequestError && error.status === 401)
          this.#installations.delete(installationId);
        throw githubError(error, what, this.#clock.now());
      }
    });
    return client;
  }
}
