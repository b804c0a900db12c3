import { RequestError } from "@octokit/request-error";
import type { OctokitResponse } from "@octokit/types";
import type { PrimaryWindow } from "../budget/state.js";
import type { Answer } from "./errors.js";

/** What GitHub answered, whether Octokit returned or threw it; `null` where there was no answer. */
export function answerIn(error: unknown): OctokitResponse<unknown> | null {
  return error instanceof RequestError ? (error.response ?? null) : null;
}

/** What an answer's headers say of the hourly limit, or `null`: GitHub Enterprise Server may have none. */
export function windowIn({ headers }: Pick<Answer, "headers">): PrimaryWindow | null {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) =>
    numberIn(headers[`x-ratelimit-${name}`]),
  );
  if (limit === undefined || remaining === undefined || reset === undefined) return null;
  return { limit, remaining, resetsAt: reset * 1_000 };
}

const numberIn = (header: string | number | undefined): number | undefined =>
  header !== undefined && /^\d{1,12}$/.test(String(header)) ? Number(header) : undefined;
