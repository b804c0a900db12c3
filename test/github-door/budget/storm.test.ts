import { expect, it } from "@jest/globals";
import { type Cost, costOf, GITHUB_LIMITS, times } from "../../../src/github/budget/limits.js";
import { hear, take } from "../../../src/github/budget/spend.js";
import { type BudgetState, UNKNOWN } from "../../../src/github/budget/state.js";
import type { Urgency } from "../../../src/urgency.js";
import { GITHUB_SECONDARY, SlidingWindow } from "../../github/http/secondary-limits.js";

/** What it takes to judge a pull request for the first time: one read, then five check runs, set aside together. */
const READ = costOf("POST", "/graphql");
const POSTS = times(costOf("POST", "/repos/{owner}/{repo}/check-runs"), 5);
const ANSWER_MS = 400;
/** Five a process. */
const WORKERS = 10;

interface Job {
  readonly pull: number;
  readonly cost: Cost;
  readonly urgency: Urgency;
  /** When it may run, in milliseconds since the storm. */
  readonly at: number;
}

/**
 * Plays a storm by the arithmetic that the app goes by, with as many jobs at once as two processes do: what is urgent goes
 * first, what is put off waits for its time. Gives when each verdict was there, and what was sent when.
 */
function play(jobs: readonly Job[]) {
  const waiting = [...jobs];
  const verdicts = new Map<number, number>();
  const sent: { readonly at: number; readonly cost: Cost }[] = [];
  const workers = Array.from({ length: WORKERS }, () => 0);
  let state: BudgetState = UNKNOWN;
  let tries = 0;
  while (waiting.length > 0) {
    const [free] = workers.toSorted((one, other) => one - other);
    const now = Math.max(free ?? 0, Math.min(...waiting.map(({ at }) => at)));
    const [job] = waiting.filter(({ at }) => at <= now).toSorted(byUrgency);
    if (job === undefined) throw new Error("nothing is due");
    waiting.splice(waiting.indexOf(job), 1);
    tries += 1;
    const { answer, state: next } = take(state, job.cost, job.urgency, GITHUB_LIMITS, now);
    state = next;
    if (!answer.go) {
      waiting.push({ ...job, at: answer.until });
      continue;
    }
    const end = now + answer.inMs + ANSWER_MS * job.cost.requests;
    sent.push({ at: now + answer.inMs, cost: job.cost });
    for (let request = 0; request < job.cost.requests; request += 1) {
      state = hear(
        state,
        { resource: job.cost.resource, window: null, unchanged: false, tookMs: ANSWER_MS },
        GITHUB_LIMITS,
        now,
      );
    }
    workers[workers.indexOf(free ?? 0)] = end;
    if (job.cost === READ) waiting.push({ ...job, cost: POSTS, at: end });
    else verdicts.set(job.pull, end);
  }
  return { verdicts, sent, tries };
}

const byUrgency = (one: Job, other: Job): number =>
  Number(one.urgency !== "merging") - Number(other.urgency !== "merging") || one.at - other.at;

it("200 pull requests within a minute are judged in eight, GitHub refusing none, and one that is to be merged at once", () => {
  const jobs = Array.from({ length: 200 }, (_, pull): Job => ({
    pull,
    cost: READ,
    urgency: "ordinary",
    at: pull * 300,
  }));
  const urgent: Job = { pull: 1_000, cost: READ, urgency: "merging", at: 90_000 };
  const { verdicts, sent, tries } = play([...jobs, urgent]);
  expect(verdicts.size).toBe(201);
  // GitHub would have let it be done in five and a half minutes.
  expect(Math.max(...verdicts.values())).toBeLessThan(8 * 60_000);
  expect((verdicts.get(1_000) ?? Infinity) - urgent.at).toBeLessThan(5_000);
  // Who is put off is told a time at which there is something for it: few are put off again.
  expect(tries).toBeLessThan(3 * (2 * 200));

  for (const resource of ["core", "graphql"] as const) {
    const window = new SlidingWindow(60_000);
    for (const { at, cost } of sent
      .filter(({ cost }) => cost.resource === resource)
      .toSorted((a, b) => a.at - b.at)) {
      window.add(at, cost.points);
      expect(window.sum(at)).toBeLessThanOrEqual(GITHUB_SECONDARY.pointsAMinute[resource]);
    }
  }
});
