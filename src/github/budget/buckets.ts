import type { Cost, SecondaryLimits } from "./limits.js";

/**
 * GitHub counts over a minute or an hour, and does not say from when to when. A bucket that holds a sixth of what is
 * allowed and gets the rest back over that time keeps to it in whichever minute one looks: what it held and what came
 * back are together no more than the limit. All instants are milliseconds since 1970.
 */
export interface Bucket {
  /** What it held at `at`; below 0 where more was used up than was known beforehand. */
  readonly level: number;
  readonly at: number;
  /** Until when what comes back is promised to those that were put off. */
  readonly promised: number;
}

export const BUCKETS = ["core", "graphql", "content-minute", "content-hour", "graphql-time", "time"] as const;
export type BucketName = (typeof BUCKETS)[number];

export interface BucketRule {
  readonly capacity: number;
  readonly perMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A request reaches GitHub later than it was counted here, so that those of a little more than a minute can come in one. */
const LATENCY_MS = 5_000;
/** A bucket whose time is further ahead than clocks differ was filled by a clock that was wrong. */
const MOST_SKEW_MS = 600_000;

export function rulesOf(limits: SecondaryLimits): Readonly<Record<BucketName, BucketRule>> {
  const { pointsAMinute, contentAMinute, contentAnHour, timeAMinute } = limits;
  return {
    core: rule(pointsAMinute.core, MINUTE_MS),
    graphql: rule(pointsAMinute.graphql, MINUTE_MS),
    "content-minute": rule(contentAMinute, MINUTE_MS),
    "content-hour": rule(contentAnHour, HOUR_MS),
    "graphql-time": rule(timeAMinute.graphql, MINUTE_MS),
    time: rule(timeAMinute.all, MINUTE_MS),
  };
}

function rule(most: number, windowMs: number): BucketRule {
  const capacity = most / 6;
  return { capacity, perMs: (most - capacity) / (windowMs + LATENCY_MS) };
}

/** How long an answer is taken to take until it is there, and the difference is charged or given back. */
export const EXPECTED_MS = 250;

/** Where the time that an answer takes counts. */
export const timesOf = (resource: Cost["resource"]): readonly BucketName[] =>
  resource === "graphql" ? ["time", "graphql-time"] : ["time"];

/** What a request takes from which bucket. */
export function drawsOf({
  resource,
  requests,
  points,
  content,
}: Cost): readonly (readonly [BucketName, number])[] {
  const time = timesOf(resource).map((name) => [name, requests * EXPECTED_MS] as const);
  const creating = content > 0 ? (["content-minute", "content-hour"] as const) : [];
  return [[resource, points], ...creating.map((name) => [name, content] as const), ...time];
}

/** A bucket as it stands at an instant; a full one where there was none. It never goes back in time within what clocks differ. */
export function refilled(bucket: Bucket | undefined, { capacity, perMs }: BucketRule, now: number): Bucket {
  if (bucket === undefined) return { level: capacity, at: now, promised: now };
  if (bucket.at > now + MOST_SKEW_MS)
    return { level: Math.min(bucket.level, capacity), at: now, promised: now };
  const at = Math.max(bucket.at, now);
  const level = Math.min(capacity, bucket.level + (at - bucket.at) * perMs);
  return { level, at, promised: Math.max(bucket.promised, at) };
}

/**
 * When a refilled bucket can give an amount and still hold a part of its capacity for others. One that asks for more than
 * it ever holds beside that part has to wait until it is full.
 */
export function readyAt(
  { level, at }: Bucket,
  { capacity, perMs }: BucketRule,
  amount: number,
  kept: number,
) {
  const needed = Math.min(amount + kept * capacity, capacity);
  return level >= needed ? at : at + Math.ceil((needed - level) / perMs);
}
