import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  costOf,
  GITHUB_LIMITS,
  limitsOf,
  type SecondaryLimits,
  times,
} from "../../../src/github/budget/limits.js";
import {
  currentWindow,
  exhaust,
  hear,
  type Heard,
  KEPT,
  PATIENCE_MS,
  pause,
  pausedUntil,
  take,
} from "../../../src/github/budget/spend.js";
import { type BudgetState, readState, UNKNOWN } from "../../../src/github/budget/state.js";
import { URGENCIES, type Urgency } from "../../../src/urgency.js";

/** Without those on how long GitHub takes, which a test of the others would meet first. */
const POINTS: SecondaryLimits = { ...GITHUB_LIMITS, timeAMinute: { graphql: 1e9, all: 1e9 } };
const NOW = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 3_600_000;
const READ = costOf("GET", "/repos/{owner}/{repo}");
const WRITE = costOf("POST", "/repos/{owner}/{repo}/check-runs");
const ISSUE = costOf("POST", "/repos/{owner}/{repo}/issues");
const QUERY = costOf("POST", "https://api.github.com/graphql");

const heard = (changes: Partial<Heard> = {}): Heard => ({
  resource: "core",
  window: null,
  unchanged: false,
  tookMs: 0,
  ...changes,
});
const said = (remaining: number, resetsAt = NOW + HOUR, limit = 5_000) => ({ limit, remaining, resetsAt });
const after = (...all: Heard[]): BudgetState =>
  all.reduce((state, one) => hear(state, one, null, NOW), UNKNOWN);

/** Takes as often as it can at one instant without waiting. */
function exhausted(urgency: Urgency, cost = READ, now = NOW, from = UNKNOWN) {
  let state = from;
  for (let count = 0; ; count += 1) {
    const taken = take(state, cost, urgency, POINTS, now);
    if (!taken.answer.go || taken.answer.inMs > 0) return { count, state };
    state = taken.state;
  }
}

describe("what a request costs", () => {
  it.each([
    ["GET", "/repos/{owner}/{repo}", { resource: "core", requests: 1, points: 1, content: 0 }],
    [
      "PATCH",
      "/repos/{owner}/{repo}/issues/{issue_number}",
      { resource: "core", requests: 1, points: 5, content: 0 },
    ],
    ["POST", "/repos/{owner}/{repo}/check-runs", { resource: "core", requests: 1, points: 5, content: 0 }],
    ["POST", "/repos/{owner}/{repo}/issues", { resource: "core", requests: 1, points: 5, content: 1 }],
    [
      "POST",
      "/repos/{owner}/{repo}/issues/{issue_number}/comments",
      { resource: "core", requests: 1, points: 5, content: 1 },
    ],
    ["POST", "/repos/{owner}/{repo}/pulls", { resource: "core", requests: 1, points: 5, content: 1 }],
    ["POST", "/graphql", { resource: "graphql", requests: 1, points: 1, content: 0 }],
    ["POST", "https://ghe.example/api/graphql", { resource: "graphql", requests: 1, points: 1, content: 0 }],
  ])("%s %s", (method, url, cost) => {
    expect(costOf(method, url)).toEqual(cost);
    expect(times(costOf(method, url), 3)).toEqual({
      ...cost,
      requests: 3,
      points: cost.points * 3,
      content: cost.content * 3,
    });
  });

  it("is bounded by what is known of the GitHub that is asked", () => {
    expect(limitsOf("https://api.github.com")).toBe(GITHUB_LIMITS);
    expect(limitsOf("http://127.0.0.1:4000/api/v3")).toBeNull();
  });
});

describe("the hourly limit", () => {
  it("is unknown until GitHub tells it, and then counted down", () => {
    const { state, answer } = take(UNKNOWN, READ, "bulk", null, NOW);
    expect([answer, currentWindow(state, "core", NOW)]).toEqual([{ go: true, inMs: 0 }, null]);
    const told = after(heard({ window: said(4_999) }));
    expect(currentWindow(take(told, READ, "ordinary", null, NOW).state, "core", NOW)).toEqual(said(4_998));
    // GraphQL has an hour of its own.
    expect(currentWindow(take(told, QUERY, "ordinary", null, NOW).state, "core", NOW)).toEqual(said(4_999));
  });

  it.each([
    ["merging", 1, true],
    ["merging", 0, false],
    ["ordinary", 1_001, true],
    ["ordinary", 1_000, false],
    ["bulk", 2_001, true],
    ["bulk", 2_000, false],
  ] as const)("%s with %i left: %s", (urgency, remaining, go) => {
    const { answer } = take(after(heard({ window: said(remaining) })), READ, urgency, null, NOW);
    expect(answer).toEqual(go ? { go, inMs: 0 } : { go, until: NOW + HOUR, why: "hourly" });
  });

  it.each([
    ["the least of one hour, in whatever order answers come", [said(10), said(12)], said(10)],
    [
      "the same hour where its end differs by a second",
      [said(10), said(12, NOW + HOUR + 1_000)],
      said(10, NOW + HOUR + 1_000),
    ],
    ["a new hour", [said(10), said(4_999, NOW + HOUR + MINUTE)], said(4_999, NOW + HOUR + MINUTE)],
    ["no answer from an hour that is over", [said(10), said(4_000, NOW + MINUTE)], said(10)],
    ["a limit that was raised", [said(10), said(9, NOW + HOUR, 12_500)], said(9, NOW + HOUR, 12_500)],
  ])("takes %s", (_, windows, expected) => {
    const state = after(...windows.map((window) => heard({ window })));
    expect(currentWindow(state, "core", NOW)).toEqual(expected);
  });

  it("gives back what a 304 did not cost", () => {
    const { state } = take(after(heard({ window: said(10) })), READ, "merging", null, NOW);
    const told = hear(state, heard({ unchanged: true, window: said(10) }), null, NOW);
    expect(currentWindow(told, "core", NOW)).toEqual(said(10));
    expect(currentWindow(hear(state, heard({ unchanged: true }), null, NOW), "core", NOW)).toEqual(said(10));
  });

  it("used up is used up, until its end, whatever was known before", () => {
    for (const before of [UNKNOWN, after(heard({ window: said(4_000) }))]) {
      const state = exhaust(before, "graphql", NOW + MINUTE, NOW);
      expect(take(state, QUERY, "merging", null, NOW).answer).toEqual({
        go: false,
        until: NOW + MINUTE,
        why: "hourly",
      });
      expect(take(state, QUERY, "bulk", null, NOW + MINUTE).answer.go).toBe(true);
      expect(take(state, READ, "bulk", null, NOW).answer.go).toBe(true);
    }
  });

  it("is not believed where it ends later than GitHub's hours do", () => {
    expect(take(exhaust(UNKNOWN, "core", NOW + 2 * HOUR, NOW), READ, "bulk", null, NOW).answer.go).toBe(true);
  });
});

describe("a pause that GitHub asked for", () => {
  it("holds everything, of every urgency, until it is over", () => {
    const state = pause(UNKNOWN, NOW + MINUTE, "why", NOW);
    for (const urgency of URGENCIES) {
      for (const cost of [READ, QUERY])
        expect(take(state, cost, urgency, null, NOW).answer).toEqual({
          go: false,
          until: NOW + MINUTE,
          why: "paused",
        });
      expect(take(state, READ, urgency, null, NOW + MINUTE).answer.go).toBe(true);
    }
  });

  it("is never cut short by a shorter one, nor believed where it is longer than GitHub's are", () => {
    const longer = pause(pause(UNKNOWN, NOW + MINUTE, "a", NOW), NOW + 1_000, "b", NOW);
    expect(pausedUntil(longer, NOW)).toBe(NOW + MINUTE);
    expect(pausedUntil(pause(UNKNOWN, NOW + 2 * HOUR, "a", NOW), NOW)).toBeNull();
  });
});

describe("the other limits", () => {
  it("give a sixth at once, of which a part is kept for what is more urgent", () => {
    const capacity = 150;
    const { state, count } = exhausted("bulk");
    expect(count).toBe(capacity * (1 - KEPT.bulk));
    const ordinary = exhausted("ordinary", READ, NOW, state);
    expect(count + ordinary.count).toBe(capacity * (1 - KEPT.ordinary));
    expect(exhausted("merging", READ, NOW, ordinary.state).count).toBe(capacity * KEPT.ordinary);
  });

  it("let a short wait pass, and put a longer one off without counting it", () => {
    const { state } = exhausted("ordinary", WRITE);
    const waited = take(state, WRITE, "ordinary", POINTS, NOW);
    expect(waited.answer).toEqual({ go: true, inMs: Math.ceil(5 / (750 / 65_000)) });
    let last = waited;
    while (last.answer.go) last = take(last.state, WRITE, "ordinary", POINTS, NOW);
    expect(last.answer).toMatchObject({ why: "core" });
    expect(last.answer.until - NOW).toBeGreaterThan(PATIENCE_MS);
    expect(last.state.buckets.core?.level).toBe(
      take(last.state, WRITE, "ordinary", POINTS, NOW).state.buckets.core?.level,
    );
  });

  it("tell those that are put off to come one after the other, except for what lands soon", () => {
    let { state } = exhausted("ordinary", WRITE);
    const job = times(WRITE, 5);
    const until: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const { answer, state: next } = take(state, job, "ordinary", POINTS, NOW);
      if (answer.go) throw new Error("it had to be put off");
      until.push(answer.until);
      state = next;
    }
    const gaps = until.slice(1).map((at, index) => at - (until[index] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([Math.ceil(25 / (750 / 65_000))]));
    // Coming back at its time, each finds what it needs, soon enough to wait for it.
    for (const at of until) {
      const { answer, state: next } = take(state, job, "ordinary", POINTS, at);
      expect(answer.go).toBe(true);
      state = next;
    }
    expect(take(exhausted("ordinary").state, job, "merging", POINTS, NOW).answer).toEqual({
      go: true,
      inMs: 0,
    });
  });

  it("tell what lands soon to come as soon as it can, past all who were put off before", () => {
    let { state } = exhausted("merging");
    for (let count = 0; count < 10; count += 1)
      state = take(state, times(WRITE, 5), "ordinary", POINTS, NOW).state;
    const job = times(WRITE, 10);
    expect(take(state, job, "merging", POINTS, NOW).answer).toEqual({
      go: false,
      until: NOW + Math.ceil(50 / (750 / 65_000)),
      why: "core",
    });
  });

  it("hold content apart, by the minute and by the hour", () => {
    const { count, state } = exhausted("merging", ISSUE);
    expect(count).toBe(13);
    expect(take(state, WRITE, "ordinary", POINTS, NOW).answer.go).toBe(true);
    let [all, at, left] = [count, NOW, state];
    while (at < NOW + HOUR) {
      at += 10_000;
      const more = exhausted("merging", ISSUE, at, left);
      [all, left] = [all + more.count, more.state];
    }
    expect(all).toBeLessThanOrEqual(500);
    expect(all).toBeGreaterThan(490);
  });

  it("count how long GitHub takes, after it took it", () => {
    const slow = hear(UNKNOWN, heard({ resource: "graphql", tookMs: 14_000 }), GITHUB_LIMITS, NOW);
    expect(take(slow, QUERY, "merging", GITHUB_LIMITS, NOW).answer).toMatchObject({
      go: false,
      why: "graphql-time",
    });
    expect(take(slow, READ, "merging", GITHUB_LIMITS, NOW).answer.go).toBe(true);
    expect(take(slow, QUERY, "merging", GITHUB_LIMITS, NOW + 20_000).answer.go).toBe(true);
    // Until it is there, an answer is taken to take a quarter of a second.
    const asked = take(UNKNOWN, QUERY, "bulk", GITHUB_LIMITS, NOW).state;
    const level = (state: BudgetState) => state.buckets["graphql-time"]?.level;
    expect(level(asked)).toBe(9_750);
    const answered = heard({ resource: "graphql", tookMs: 100 });
    expect(level(hear(asked, answered, GITHUB_LIMITS, NOW))).toBe(9_900);
  });

  it("ask nothing where none are known", () => {
    expect(exhaustedWithout(10_000)).toBe(true);
  });

  const exhaustedWithout = (count: number): boolean => {
    let state = UNKNOWN;
    for (let index = 0; index < count; index += 1) {
      const taken = take(state, ISSUE, "bulk", null, NOW);
      if (!taken.answer.go || taken.answer.inMs > 0) return false;
      state = taken.state;
    }
    return true;
  };

  it("let through one that asks for more than a bucket holds beside what is kept, once it is full", () => {
    const huge = times(WRITE, 29);
    expect(take(UNKNOWN, huge, "bulk", POINTS, NOW).answer).toEqual({ go: true, inMs: 0 });
    expect(take(exhausted("bulk").state, huge, "bulk", POINTS, NOW).answer.go).toBe(false);
  });

  it("are not filled twice by clocks that differ, nor held up by one that was wrong", () => {
    const ahead = exhausted("merging", READ, NOW + 5 * MINUTE);
    expect(take(ahead.state, READ, "merging", POINTS, NOW).answer).toMatchObject({ go: false });
    expect(take(ahead.state, READ, "merging", POINTS, NOW + 5 * MINUTE).answer).toMatchObject({
      go: true,
    });
    const wrong = exhausted("merging", READ, NOW + 24 * HOUR);
    const soon = take(wrong.state, READ, "merging", POINTS, NOW);
    expect(soon.answer).toMatchObject({ go: true });
  });
});

describe("whoever asks, whenever and however urgently", () => {
  const LIMITS: SecondaryLimits = {
    pointsAMinute: { core: 60, graphql: 40 },
    contentAMinute: 8,
    contentAnHour: 20,
    timeAMinute: { graphql: 1e9, all: 1e9 },
  };
  const step = fc.record({
    inMs: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 20_000 })),
    cost: fc.constantFrom(READ, WRITE, ISSUE, QUERY),
    urgency: fc.constantFrom(...URGENCIES),
  });

  it("in no minute and no hour is more sent than GitHub takes", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 200 }), (steps) => {
        let [state, now] = [UNKNOWN, NOW];
        const sent: { at: number; cost: typeof READ }[] = [];
        for (const { inMs, cost, urgency } of steps) {
          now += inMs;
          const { answer, state: next } = take(state, cost, urgency, LIMITS, now);
          state = next;
          if (answer.go) sent.push({ at: now + answer.inMs, cost });
        }
        for (const { at } of sent) {
          const within = (length: number) => sent.filter((one) => one.at > at - length && one.at <= at);
          const points = (resource: string) =>
            within(MINUTE).reduce((sum, { cost }) => sum + (cost.resource === resource ? cost.points : 0), 0);
          expect(points("core")).toBeLessThanOrEqual(60);
          expect(points("graphql")).toBeLessThanOrEqual(40);
          expect(within(MINUTE).reduce((sum, { cost }) => sum + cost.content, 0)).toBeLessThanOrEqual(8);
          expect(within(HOUR).reduce((sum, { cost }) => sum + cost.content, 0)).toBeLessThanOrEqual(20);
        }
      }),
    );
  });
});

describe("a stored state", () => {
  it("is read as it was written", () => {
    const state = pause(
      hear(exhausted("bulk", QUERY).state, heard({ window: said(3), tookMs: 12 }), GITHUB_LIMITS, NOW),
      NOW + 5,
      "x",
      NOW,
    );
    expect(readState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it.each([[null], [{}], [{ primary: 1, buckets: {}, pause: null }], ["text"]])(
    "of another form is forgotten: %j",
    (stored) => {
      expect(readState(stored)).toEqual(UNKNOWN);
    },
  );
});
