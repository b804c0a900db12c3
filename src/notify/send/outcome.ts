import { isNativeError } from "node:util/types";
import { CountersignError } from "../../errors.js";
import { visible } from "../../report/escape.js";
import { TargetRefused } from "../net/guard.js";

/** A channel as error messages call it: by name and kind, never by its address, which may be a secret. */
export interface Label {
  readonly name: string;
  readonly kind: string;
}

const called = ({ name, kind }: Label): string => `The channel ${name} (${kind})`;

/** It can never be delivered as it is. */
export function refused(channel: Label, what: string): CountersignError {
  return new CountersignError("channel-refused", `${called(channel)} ${what}.`, {
    remedy: "Check how the channel is set up; see docs/notifications.md.",
  });
}

/** Trying again may help. */
export function failed(channel: Label, what: string, retryAt?: Date): CountersignError {
  const details = retryAt === undefined ? {} : { retryAt };
  return new CountersignError("channel-failed", `${called(channel)} ${what}.`, details);
}

/**
 * An error met on the way to an answer. The error itself is not handed on: clients put addresses, headers and what the
 * other side said into theirs.
 */
export function unanswered(
  channel: Label,
  error: unknown,
  signal: AbortSignal,
  limitMs: number,
): CountersignError {
  const target = causes(error).find((one) => one instanceof TargetRefused);
  if (target !== undefined) return refused(channel, `may not be connected to: ${target.message}`);
  if (signal.aborted) return failed(channel, `did not answer within ${limitMs / 1000} s`);
  return failed(channel, `could not be reached: ${reasonOf(error)}`);
}

/** The codes of an error and its causes, such as `ECONNREFUSED`: fixed words, unlike messages. */
function reasonOf(error: unknown): string {
  const codes = causes(error)
    .flatMap(codesOf)
    .filter((code) => /^[A-Z][A-Z0-9_]*$/.test(code));
  return visible([...new Set(codes)].join(", ")) || "the connection failed";
}

function codesOf(error: Error): string[] {
  const named = ["code", "originalCode"].map((key): unknown => Reflect.get(error, key));
  return named.filter((code): code is string => typeof code === "string");
}

/**
 * An error, what caused it, and what those were made of (`net` gathers one error an address it tried). Asked of Node rather
 * than by `instanceof`, which does not know errors of another realm.
 */
function causes(error: unknown, depth = 4): Error[] {
  if (!isNativeError(error) || depth === 0) return [];
  const inner: readonly unknown[] = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  return [error, ...[error.cause, ...inner].flatMap((one) => causes(one, depth - 1))];
}
