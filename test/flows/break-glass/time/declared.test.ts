import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../../../github/scenario.js";
import { withCast } from "../../../support/cast.js";
import { until } from "../../../support/until.js";
import { emergencyRepository, recordsIn, trackingIssue } from "../stage.js";
import { caseIdIn, caseOf, HOUR, later, MINUTE, story } from "./cases.js";
import { Receiver } from "./receiver.js";

let receiver: Receiver;
/** Done when an alert arrives, before it is answered. */
let onAlert: () => void = () => undefined;
let isBroken = false;
/** Taken by the next alert: it is answered when the test says so. */
let hold: ((letGo: () => void) => void) | null = null;

beforeAll(async () => {
  receiver = await Receiver.start((response, channel) => {
    onAlert();
    const answer = () => response.writeHead(channel === "broken" && isBroken ? 500 : 204).end();
    if (hold === null) answer();
    else hold(answer);
    hold = null;
  });
});
afterAll(async () => {
  await receiver.close();
});

const DUE_AND_RUNNING = `
  SELECT count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now())::int AS due,
         count(*) FILTER (WHERE locked_at IS NOT NULL)::int AS running
    FROM graphile_worker.jobs`;

withCast(
  "a declared break-glass",
  (cast) => {
    /** The verdict that GitHub shows for a pull request's head, which a merge waits for. */
    const verdict = (repository: RepositoryHandle, { headOid }: PullRequestHandle) =>
      cast().check(repository, headOid).conclusion;

    /** What happened to the one case of a repository. */
    const storyIn = async (repository: RepositoryHandle): Promise<string[]> => {
      const caseId = caseIdIn(trackingIssue(repository).body);
      return story(await caseOf(cast(), repository, caseId));
    };

    /** A pull request whose gates have not passed, and for which an emergency is declared: its check is neutral. */
    async function declared(name: string, policy: readonly string[] = []) {
      const { alice, scene } = cast();
      const repository = await emergencyRepository(cast(), name, policy);
      const pull = await cast().openPull(repository, "hotfix");
      await scene.settled();
      pull.comment(alice, "/break-glass the shop is down");
      await scene.settled();
      expect(verdict(repository, pull)).toBe("neutral");
      const issue = trackingIssue(repository);
      return { repository, pull, issue };
    }

    it("turns the check only after the issue is posted and every channel was tried, the failing one too", async () => {
      const { alice, github, scene } = cast();
      const routes = ["routes:", "  - { channels: [chat, broken] }"];
      const repository = await emergencyRepository(cast(), "order", routes);
      const pull = await cast().openPull(repository, "hotfix");
      await scene.settled();
      const from = github.requests.length;
      const said = () =>
        github.requests.slice(from).flatMap(({ operation, body }) => {
          if (operation === "issues/create") return ["issue"];
          return body?.["conclusion"] === "neutral" ? ["neutral"] : [];
        });
      const order: string[][] = [];
      onAlert = () => order.push(said());
      isBroken = true;
      pull.comment(alice, "/break-glass the shop is down");
      const troubles = await scene.troubles();
      onAlert = () => undefined;
      expect(order).toEqual([["issue"], ["issue"]]);
      expect(said()).toEqual(["issue", "neutral"]);
      expect(verdict(repository, pull)).toBe("neutral");
      expect(troubles).toEqual([expect.stringContaining("answered 500")]);
      expect(trackingIssue(repository).body).toMatch(/`broken` .*failing/);
      isBroken = false;
      await scene.hurried();
      await scene.settled();
      expect(trackingIssue(repository).body).not.toContain("failing");
    });

    it("by someone whom the policy does not name turns nothing, and is on record", async () => {
      const { bob, scene } = cast();
      const repository = await emergencyRepository(cast(), "unnamed");
      const pull = await cast().openPull(repository, "hotfix");
      await scene.settled();
      pull.comment(bob, "/break-glass the shop is down");
      await scene.settled();
      expect(pull.comments.map(({ body }) => body)).toEqual([
        "/break-glass the shop is down",
        expect.stringContaining("`not-authorised`"),
      ]);
      expect(verdict(repository, pull)).toBe("failure");
      expect(repository.issues()).toEqual([]);
      const kinds = (await recordsIn(cast(), repository)).map(({ kind }) => kind);
      expect(kinds.at(-1)).toBe("break-glass-refused");
    });

    it("ends with its time", async () => {
      const { repository, pull, issue } = await declared("over");
      await later(cast(), 4 * HOUR - MINUTE);
      expect(verdict(repository, pull)).toBe("neutral");
      await later(cast(), 2 * MINUTE);
      expect(verdict(repository, pull)).toBe("failure");
      expect(await storyIn(repository)).toEqual(["declared", "withdrawn"]);
      expect(issue.state).toBe("closed");
    });

    it("ends with its time though GitHub does not take the issue's text", async () => {
      const { github, scene } = cast();
      const { repository, pull } = await declared("deaf");
      github.faults.next({ operation: "issues/update", times: 1_000 }, { kind: "error", status: 500 });
      cast().clock.advance(4 * HOUR + MINUTE);
      await scene.app.lookForDue();
      expect(await scene.troubles()).not.toEqual([]);
      expect(verdict(repository, pull)).toBe("failure");
      github.faults.clear();
      await scene.hurried();
      expect(trackingIssue(repository).state).toBe("closed");
    });

    it("ends with a push to the pull request", async () => {
      const { alice, aliceKey, scene } = cast();
      const { repository, pull, issue } = await declared("moved");
      await pull.push(alice, { message: "Another", files: { "b.yaml": "b: 1\n" }, key: aliceKey });
      await scene.settled();
      expect(verdict(repository, pull)).toBe("failure");
      expect(await storyIn(repository)).toEqual(["declared", "withdrawn"]);
      expect(issue.state).toBe("closed");
    });

    it("ends when the pull request goes to another branch", async () => {
      const { alice, scene } = cast();
      const { repository, pull } = await declared("retargeted");
      await repository.pushOid(alice, "release/1", await repository.tip());
      cast().protect(repository, "release/1");
      await pull.edit(alice, { base: "release/1" });
      await scene.settled();
      expect(verdict(repository, pull)).toBe("failure");
      expect(await storyIn(repository)).toEqual(["declared", "withdrawn"]);
    });

    it("ends when the pull request is closed, and does not hold when it is opened again", async () => {
      const { alice, scene } = cast();
      const { repository, pull } = await declared("closed");
      await pull.close(alice);
      await scene.settled();
      expect(await storyIn(repository)).toEqual(["declared", "withdrawn"]);
      await pull.reopen(alice);
      await scene.settled();
      expect(verdict(repository, pull)).toBe("failure");
    });

    it("is withdrawn by a merge whose gates had passed", async () => {
      const { bob, scene } = cast();
      const { repository, pull, issue } = await declared("passed");
      await cast().complete(repository, pull);
      await scene.settled();
      expect(verdict(repository, pull)).toBe("success");
      await cast().merge(pull, bob);
      await scene.settled();
      const [record] = await cast().records(pull);
      expect(record).toMatchObject({ outcome: "passed", bypass: false });
      expect(await storyIn(repository)).toEqual(["declared", "withdrawn"]);
      expect(issue.state).toBe("closed");
    });

    it("can be declared again after it ended, in the same case", async () => {
      const { alice, scene } = cast();
      const { repository, pull, issue } = await declared("again");
      pull.comment(alice, "/break-glass and once more");
      await scene.settled();
      pull.comment(alice, "/break-glass close");
      await scene.settled();
      expect(verdict(repository, pull)).toBe("failure");
      expect(issue.state).toBe("closed");
      pull.comment(alice, "/break-glass the shop is down again");
      await scene.settled();
      expect(verdict(repository, pull)).toBe("neutral");
      expect(trackingIssue(repository).state).toBe("open");
      expect(await storyIn(repository)).toEqual([
        "declared",
        "declared: already-declared",
        "withdrawn",
        "declared",
      ]);
      // The end of the first declaration's time is not that of the second.
      await later(cast(), 4 * HOUR + MINUTE);
      expect(verdict(repository, pull)).toBe("failure");
    });

    it("turns the check the second time as the first: only after everybody was told of it", async () => {
      const { alice, github, scene } = cast();
      const { repository, pull } = await declared("told", ["routes:", "  - { channels: [chat] }"]);
      pull.comment(alice, "/break-glass close");
      await scene.settled();
      const held = new Promise<() => void>((resolve) => {
        hold = resolve;
      });
      pull.comment(alice, "/break-glass the shop is down again");
      const letGo = await held;
      pull.comment(alice, "/countersign recheck");
      await github.webhooks.settled();
      // All that is due is done but the telling, of which one try lasts no longer than some seconds.
      await until(
        async () => {
          const [jobs] = await scene.sql<{ due: number; running: number }>(DUE_AND_RUNNING);
          return jobs?.due === 0 && jobs.running === 1 ? true : null;
        },
        () => "the app did not come to rest",
      );
      expect(trackingIssue(repository).state).toBe("open");
      expect(verdict(repository, pull)).toBe("failure");
      letGo();
      await scene.settled();
      expect(verdict(repository, pull)).toBe("neutral");
    });

    it("does not cover another pull request with the same head", async () => {
      const { alice, scene } = cast();
      const { repository, pull } = await declared("shared");
      await repository.pushOid(alice, "release/1", await repository.tip());
      cast().protect(repository, "release/1");
      const other = await repository.openPullRequest(alice, {
        title: "The same elsewhere",
        head: "hotfix",
        base: "release/1",
      });
      await scene.settled();
      expect(other.headOid).toBe(pull.headOid);
      expect(verdict(repository, pull)).toBe("failure");
      other.comment(alice, "/break-glass there as well");
      await scene.settled();
      expect(repository.issues()).toHaveLength(2);
      expect(verdict(repository, pull)).toBe("neutral");
    });
  },
  ["postgres"],
  () => ({ channels: ["chat", "broken"].map((name) => receiver.channel(name)) }),
);
