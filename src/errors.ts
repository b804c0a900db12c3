/**
 * The errors the app raises on purpose. Code decides on `code`, never on `message`, which is written for people.
 */
export type ErrorCode =
  | "config-invalid"
  | "config-missing"
  | "delivery-malformed"
  | "signature-mismatch"
  | "payload-too-large"
  | "github-forbidden"
  | "github-not-found"
  | "github-rate-limited"
  | "github-unavailable"
  | "github-rejected"
  | "head-moved"
  | "installation-inactive"
  | "store-unavailable"
  | "store-conflict"
  | "migration-failed"
  | "channel-unknown"
  | "channel-refused"
  | "channel-failed"
  | "git-missing"
  | "git-failed"
  | "repository-unusable"
  | "revision-unknown"
  | "keys-missing"
  | "file-unreadable"
  | "policy-invalid"
  | "worker-failed"
  | "invariant-broken";

export interface ErrorDetails {
  /** What the reader can do about it: a command or a setting. */
  readonly remedy?: string;
  /** When trying again may help, where the other side said so. */
  readonly retryAt?: Date;
  readonly cause?: unknown;
}

/** An error with a closed set of codes, a message for people, and the remedy where there is one. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly retryAt: Date | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = details.remedy;
    this.retryAt = details.retryAt;
  }
}

/** Whether `error` is ours, optionally with one of `codes`. */
export function isCountersignError(error: unknown, ...codes: ErrorCode[]): error is CountersignError {
  return error instanceof CountersignError && (codes.length === 0 || codes.includes(error.code));
}
