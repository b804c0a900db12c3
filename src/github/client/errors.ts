import { z } from "zod";
import { RequestError } from "@octokit/request-error";
import { CountersignError } from "../../errors.js";

/** Where GitHub gives no time, its documentation asks for at least one minute. */
const DEFAULT_WAIT_MS = 60_000;
/** A job that is put off costs no attempt, so a time that is past, by GitHub's clock or ours, would have it spin. */
const LEAST_WAIT_MS = 5_000;

/**
 * Turns what Octokit threw into one of our errors. Anything that is not an answer from GitHub (a cut connection, a
 * timeout, a body that does not parse) is `github-unavailable`.
 *
 * Rate limits: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 * @param what the call, for the reader: `GET /repos/{owner}/{repo}`
 */
export function githubError(error: unknown, what: string, now: Date): CountersignError {
  if (error instanceof CountersignError) return error;
  if (!(error instanceof RequestError) || error.response === undefined) {
    return new CountersignError("github-unavailable", `GitHub did not answer ${what}.`, { cause: error });
  }
  const { status } = error;
  const limit = limitReached(error.response, now);
  if (limit !== null) return rateLimited(what, limit.until, error);
  // Not a refusal: a token that was taken back is replaced for the next attempt. Nothing is to be concluded from it.
  if (status === 401) {
    return new CountersignError(
      "github-unavailable",
      `GitHub did not take the app's credentials at ${what}.`,
      {
        remedy: "If it stays so, check the app's id and private key.",
        cause: error,
      },
    );
  }
  if (status === 403) {
    return new CountersignError("github-forbidden", `GitHub refused ${what} (${status}).`, {
      remedy:
        "Check that the app is installed on this repository with the permissions that app.yml asks for.",
      cause: error,
    });
  }
  if (status === 404 || status === 410 || status === 451) {
    return new CountersignError("github-not-found", `GitHub has nothing at ${what} (${status}).`, {
      cause: error,
    });
  }
  if (status >= 500) {
    return new CountersignError("github-unavailable", `GitHub failed at ${what} (${status}).`, {
      cause: error,
    });
  }
  return new CountersignError("github-rejected", `GitHub rejected ${what} (${status}): ${error.message}`, {
    cause: error,
  });
}

const limitErrors = z.object({
  errors: z.array(z.object({ type: z.string().optional() })).refine((errors) => {
    return errors.some(({ type }) => type === "RATE_LIMITED");
  }),
});

/**
 * The error that an answer of GraphQL means, if it is that the limit was reached: unlike REST it says so with 200.
 * https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
export function rateLimitError(answer: Answer, what: string, now: Date): CountersignError | null {
  const limit = answer.status === 200 ? limitReached(answer, now) : null;
  return limit === null ? null : rateLimited(what, limit.until, answer.data);
}

const rateLimited = (what: string, retryAt: Date, cause: unknown): CountersignError =>
  new CountersignError("github-rate-limited", `GitHub's rate limit was reached at ${what}.`, {
    retryAt,
    cause,
  });

type Headers = Readonly<Record<string, string | number | undefined>>;

/** A secondary limit is a 403 that may carry no header at all: then the page that the answer points to tells it. */
const limitAnswer = z.object({ documentation_url: z.string().includes("rate-limit") });

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** That an answer says that a limit was reached, and until when to wait. */
export interface LimitReached {
  readonly until: Date;
  /** Of the hour, which each resource has its own of; or one of the others, after which all has to wait. */
  readonly kind: "hourly" | "secondary";
}

/** The limit that an answer says was reached, or `null`. */
export function limitReached({ status, headers, data }: Answer, now: Date): LimitReached | null {
  const refused = status === 403 || status === 429;
  if (!refused && !limitErrors.safeParse(data).success) return null;
  const retryAfter = Number(headers["retry-after"]);
  if (refused && Number.isFinite(retryAfter))
    return { until: waitFor(retryAfter * 1000, now), kind: "secondary" };
  const reset = !refused || headers["x-ratelimit-remaining"] === "0" ? resetTime(headers, now) : null;
  if (reset !== null) return { until: reset, kind: "hourly" };
  const limited = status !== 403 || limitAnswer.safeParse(data).success;
  return limited ? { until: waitFor(DEFAULT_WAIT_MS, now), kind: "secondary" } : null;
}

const waitFor = (milliseconds: number, now: Date): Date =>
  new Date(now.getTime() + Math.max(milliseconds, LEAST_WAIT_MS));

function resetTime(headers: Headers, now: Date): Date | null {
  const reset = Number(headers["x-ratelimit-reset"]);
  return Number.isFinite(reset) ? waitFor(reset * 1000 - now.getTime(), now) : null;
}
