import { beforeAll, describe, expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../github/scenario.js";
import { CHECKS, withCast } from "../support/cast.js";

const POLICY = ".github/countersign.yml";
const MINUTE_MS = 60_000;
const GREEN = Object.fromEntries(CHECKS.map((name) => [name, "success"]));

const bomb = (): string => {
  const levels = Array.from({ length: 9 }, (_, at) => {
    const below = at === 0 ? '"lol"' : `*a${at - 1}`;
    return `a${at}: &a${at} [${Array.from({ length: 9 }, () => below).join(", ")}]`;
  });
  return ["version: 1", ...levels, "branches: *a8", ""].join("\n");
};

withCast("bad days", (cast) => {
  describe("a policy file that cannot be read as one", () => {
    let repository: RepositoryHandle;
    let pull: PullRequestHandle;

    beforeAll(async () => {
      repository = await cast().repository("odd-policies");
      pull = await cast().greenPull(repository, "topic");
    });

    const push = async (bytes: string | Uint8Array): Promise<void> => {
      const { admin, scene } = cast();
      await repository.push(admin, "main", { message: "Change the policy", files: { [POLICY]: bytes } });
      await scene.settled();
    };

    it.each<[what: string, bytes: (policy: string) => string | Uint8Array, says: string]>([
      ["a bomb of aliases", bomb, "The file uses an anchor"],
      ["a key twice", (policy) => `${policy}version: 1\n`, "The key is repeated"],
      ["a wrong type", (policy) => `${policy}review: { approvals: many }\n`, "has the wrong type"],
      [
        "a megabyte",
        (policy) => policy + `# ${"x".repeat(1_000)}\n`.repeat(1_000),
        `${POLICY} is not a readable text file`,
      ],
      ["more than 64 KiB", (policy) => policy + `# ${"x".repeat(1_000)}\n`.repeat(70), "64 KiB"],
      ["a tab", (policy) => `${policy}review:\n\tapprovals: 1\n`, "holds a tab"],
      ["a byte order mark", (policy) => `\ufeff${policy}`, "byte order mark"],
      ["Latin-1", (policy) => Buffer.from(`${policy}# \xfcber\n`, "latin1"), "not UTF-8"],
      ["UTF-16", (policy) => Buffer.from(policy, "utf16le"), `${POLICY} is not a readable text file`],
    ])("%s: nothing passes by it, and what is wrong is said", async (_what, bytes, says) => {
      await push(bytes(cast().policy()));
      expect(Object.values(cast().conclusions(repository, pull.headOid))).not.toContain("success");
      expect(cast().said(repository, pull.headOid).replaceAll("\u200b", "")).toContain(says);
    });

    it("is mended by one that can be read", async () => {
      await push(cast().policy());
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
    });
  });

  describe("GitHub", () => {
    /** Lets time pass from one attempt of a job to the next, as the queue would. Gives how many came within it. */
    const pass = async (milliseconds: number): Promise<number> => {
      const { clock, scene } = cast();
      let attempts = 0;
      for (let left = milliseconds; left > 0; attempts += 1) {
        const [next] = await scene.sql<{ wait: number }>(
          `SELECT (extract(epoch FROM min(run_at) - now()) * 1000)::float8 AS wait
             FROM graphile_worker.jobs WHERE attempts < max_attempts AND attempts > 0`,
        );
        const wait = Math.max(next?.wait ?? left, 1_000);
        clock.advance(Math.min(wait, left));
        left -= wait;
        if (left > 0) await scene.hurried();
      }
      return attempts;
    };

    it("that answers 502 for ten minutes stops nothing for good, and nothing turns green by it", async () => {
      const { bob, github, scene } = cast();
      const repository = await cast().repository("ten-minutes");
      const pull = await cast().openPull(repository, "topic");
      await cast().report(repository, pull.headOid);
      await scene.settled();
      github.faults.next({ times: 100_000 }, { kind: "error", status: 502 });
      pull.review(bob, "APPROVE");
      await scene.troubles();
      expect(await pass(10 * MINUTE_MS)).toBeGreaterThan(3);
      expect(cast().check(repository, pull.headOid).conclusion).toBe("action_required");
      expect((await scene.app.store.queueStatus()).dead).toEqual([]);

      github.faults.clear();
      await scene.hurried();
      await scene.settled();
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
      expect(cast().postedRuns(repository, pull.headOid)).toHaveLength(CHECKS.length);
    });

    it("whose webhooks come a day late and backwards changes nothing of what is there by then", async () => {
      const { alice, bob, carol, admin, clock, github, scene } = cast();
      const repository = await cast().repository("day-late");
      await scene.settled();
      github.webhooks.hold();
      const pull = await cast().openPull(repository, "topic");
      pull.review(carol, "REQUEST_CHANGES");
      await pull.push(alice, { message: "Mend it", files: { "mend.yaml": "a: 1\n" }, key: cast().aliceKey });
      await cast().complete(repository, pull);
      pull.review(carol, "APPROVE");
      const other = await cast().openPull(repository, "other");
      await other.merge(admin);
      const late = github.webhooks.pending.splice(0);
      clock.advance(24 * 60 * MINUTE_MS);
      for (const event of late.reverse()) await github.webhooks.deliver(event);
      await github.webhooks.resume();
      await scene.settled();
      await scene.hurried();
      pull.review(bob, "COMMENT");
      await scene.settled();
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
      expect(cast().postedRuns(repository, pull.headOid)).toHaveLength(CHECKS.length);
      expect(await cast().records(other)).toMatchObject([{ bypass: true }]);
    });

    it("that suspends the app in the middle of an evaluation: nothing is posted, and all of it when it is back", async () => {
      const { admin, bob, github, installation, scene } = cast();
      const repository = await cast().repository("suspended-midway");
      const pull = await cast().openPull(repository, "topic");
      await cast().report(repository, pull.headOid);
      await scene.settled();
      const facts = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
      pull.review(bob, "APPROVE");
      await facts.met;
      installation.suspend(admin);
      await github.webhooks.settled();
      facts.release();
      await scene.troubles();
      expect(cast().check(repository, pull.headOid).conclusion).toBe("action_required");

      installation.unsuspend();
      await scene.troubles();
      await scene.hurried();
      await scene.settled();
      expect(cast().conclusions(repository, pull.headOid)).toEqual(GREEN);
      expect(cast().postedRuns(repository, pull.headOid)).toHaveLength(CHECKS.length);
    });
  });
});
