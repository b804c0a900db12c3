import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { MemoryBook } from "../../../src/github/budget/book.js";
import { GITHUB_LIMITS } from "../../../src/github/budget/limits.js";
import { viewBudget } from "../../../src/github/budget/view.js";
import type { Installation } from "../../../src/github/github.js";
import { type Answer, StubGitHub } from "../stub.js";

const REPOSITORY = { id: 100, owner: "acme", name: "infra" };
const NOW = new Date();
const RESET = Math.floor(NOW.getTime() / 1_000) + 1_800;
const counted = (remaining: number) => ({
  "x-ratelimit-limit": "5000",
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(RESET),
});
const pulls = (...numbers: number[]) => numbers.map((number) => ({ number }));

let stub: StubGitHub;
let clock: ManualClock;
let book: MemoryBook;

beforeEach(async () => {
  stub = await StubGitHub.start();
  [clock, book] = [new ManualClock(NOW), new MemoryBook()];
});
afterEach(() => stub.stop());

/** Another process, on the same database. */
const door = () => stub.door(clock, { book, limits: GITHUB_LIMITS });
const listed = (installation: Installation) => installation.openPullRequests(REPOSITORY, null);
const viewed = async (installationId = 55) =>
  viewBudget((await book.readBudget(installationId))?.state, clock.now());
/** The first answers in their order, and then the last one again and again. */
function answers(...all: Answer[]): void {
  stub.answer(() => (all.length > 1 ? all.shift() : all[0]) ?? {});
}

describe("GitHub's limits", () => {
  it("are learned from what it answers, and kept by all processes", async () => {
    answers({ json: pulls(1), headers: counted(1_001) });
    const [one, other] = [door().forInstallation(55), door().forInstallation(55)];
    await listed(one);
    answers({ json: pulls(1), headers: counted(1_000) });
    await listed(one);
    expect((await viewed()).hourly.core).toEqual({
      limit: 5_000,
      remaining: 1_000,
      resetsAt: new Date(RESET * 1_000),
    });
    // The rest of the hour is for what lands soon. Another installation has an hour of its own.
    await expect(listed(one)).rejects.toMatchObject({
      code: "github-rate-limited",
      retryAt: new Date(RESET * 1_000),
    });
    await expect(listed(other)).rejects.toMatchObject({ code: "github-rate-limited" });
    expect(stub.calls).toHaveLength(2);
    await listed(door().forInstallation(56));
    expect(stub.calls).toHaveLength(3);
  });

  it.each<[string, Answer, number]>([
    ["a secondary limit", { status: 403, headers: { "retry-after": "90" }, json: {} }, 90_000],
    ["too many requests", { status: 429, json: {} }, 60_000],
  ])(
    "%s that was met keeps everyone of the installation away for as long as GitHub says",
    async (_, met, waitMs) => {
      answers(met, { json: pulls(1) });
      const [one, other] = [door().forInstallation(55), door().forInstallation(55)];
      const until = new Date(NOW.getTime() + waitMs);
      await expect(listed(one)).rejects.toMatchObject({ code: "github-rate-limited", retryAt: until });
      await expect(listed(other)).rejects.toMatchObject({ code: "github-rate-limited", retryAt: until });
      expect((await viewed()).paused).toMatchObject({ until });
      expect(stub.calls).toHaveLength(1);
      clock.advance(waitMs);
      expect(await listed(other)).toEqual([1]);
    },
  );

  it("an hour that is used up is so for its resource alone, whether REST says so or GraphQL", async () => {
    const usedUp = { ...counted(0), "x-ratelimit-remaining": "0" };
    answers(
      { status: 200, json: { errors: [{ type: "RATE_LIMITED", message: "no" }] }, headers: usedUp },
      { json: pulls(1) },
    );
    const installation = door().forInstallation(55);
    const asked = () => installation.facts.readControlFiles(REPOSITORY, "a".repeat(40));
    await expect(asked()).rejects.toMatchObject({ code: "github-rate-limited" });
    await expect(asked()).rejects.toMatchObject({ code: "github-rate-limited" });
    expect(stub.calls).toHaveLength(1);
    expect(await listed(installation)).toEqual([1]);
    answers({ status: 403, headers: usedUp, json: {} });
    await expect(listed(installation)).rejects.toMatchObject({ code: "github-rate-limited" });
    await expect(listed(installation)).rejects.toMatchObject({ code: "github-rate-limited" });
    expect(stub.calls).toHaveLength(3);
  });
});

describe("what was asked before", () => {
  const first: Answer = { json: pulls(1, 2), headers: { etag: '"one"', ...counted(4_000) } };
  const unchanged: Answer = { status: 304, text: "", headers: { etag: '"one"', ...counted(4_000) } };

  it("is asked for with its tag, and taken from memory only if GitHub confirms it, at no cost", async () => {
    answers(first, unchanged, { json: pulls(2), headers: { etag: '"two"' } }, { status: 502, json: {} });
    const installation = door().forInstallation(55);
    expect(await listed(installation)).toEqual([1, 2]);
    expect(await listed(installation)).toEqual([1, 2]);
    expect(await listed(installation)).toEqual([2]);
    await expect(listed(installation)).rejects.toMatchObject({ code: "github-unavailable" });
    expect(stub.tags).toEqual([undefined, '"one"', '"one"', '"two"']);
    // Of three that were sent after the first had told, one cost nothing.
    expect((await viewed()).hourly.core?.remaining).toBe(3_998);
  });

  it("is never seen by another installation, nor by another address", async () => {
    answers(first);
    const github = door();
    await listed(github.forInstallation(55));
    await listed(github.forInstallation(56));
    await github.forInstallation(55).openPullRequests(REPOSITORY, "main");
    expect(stub.tags).toEqual([undefined, undefined, undefined]);
  });

  it("that had more pages still has", async () => {
    const link = `<${stub.url}/repos/acme/infra/pulls?page=2>; rel="next"`;
    const second: Answer = { json: pulls(3), headers: { etag: '"three"' } };
    answers({ json: pulls(1), headers: { etag: '"one"', link } }, second, unchanged, second);
    const installation = door().forInstallation(55);
    expect(await listed(installation)).toEqual([1, 3]);
    expect(await listed(installation)).toEqual([1, 3]);
    expect(stub.tags).toEqual([undefined, undefined, '"one"', '"three"']);
  });

  it("is not kept where it has no tag, or is large", async () => {
    const large = [{ number: 1, body: "x".repeat(600_000) }];
    answers({ json: pulls(1) }, { json: large, headers: { etag: '"large"' } });
    const installation = door().forInstallation(55);
    for (let count = 0; count < 3; count += 1) await listed(installation);
    expect(stub.tags).toEqual([undefined, undefined, undefined]);
  });

  it("is dropped, the longest unused first, where it becomes too much", async () => {
    stub.answer(({ path }) => ({
      json: [{ number: 1, body: "x".repeat(450_000) }],
      headers: { etag: `"${path}"` },
    }));
    const installation = door().forInstallation(55);
    const bases = Array.from({ length: 10 }, (_, index) => `b${index}`);
    for (const base of bases) await installation.openPullRequests(REPOSITORY, base);
    for (const base of ["b9", "b0"]) await installation.openPullRequests(REPOSITORY, base);
    expect(stub.tags.slice(10).map((tag) => tag !== undefined)).toEqual([true, false]);
  });
});
