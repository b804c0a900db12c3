import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { readAlert } from "../../../../src/flows/case/publish/alert-content.js";
import { withCast } from "../../../support/cast.js";
import { FILLED } from "../stage.js";
import { type Bypass, caseOf, DAY, HOUR, later, MINUTE, pushAround } from "./cases.js";
import { Receiver } from "./receiver.js";

/** For so long an alert waits for the issue that it leads to. */
const LONGEST_WAIT_MS = 5_000;

let receiver: Receiver;
let isDown = false;
beforeAll(async () => {
  receiver = await Receiver.start((response, channel) => {
    if (channel === "down" && isDown) response.writeHead(500).end();
    else if (channel === "astray") response.writeHead(302, { location: "http://169.254.169.254/x" }).end();
    else response.writeHead(204).end();
  });
});
afterAll(async () => {
  await receiver.close();
});

withCast(
  "alerts",
  (cast) => {
    /** Settles where channels fail. */
    const troubled = async (): Promise<void> => {
      await cast().scene.troubles();
    };

    /** Drives a case to its end, whatever its channels do. */
    async function driveToEnd({ repository, issue, before, after }: Bypass): Promise<void> {
      const { alice, bob, carol, scene } = cast();
      issue.comment(carol, "/break-glass ack I am on it");
      await repository.pushOid(alice, "retro-base", before);
      await repository.pushOid(alice, "retro-head", after);
      const pull = { title: "What landed", base: "retro-base", head: "retro-head", body: FILLED };
      const retro = await repository.openPullRequest(alice, pull);
      issue.comment(alice, `/break-glass retro #${retro.number}`);
      await scene.troubles();
      retro.review(bob, "APPROVE");
      await scene.troubles();
      issue.comment(carol, "/break-glass close");
      await scene.troubles();
    }

    it("tell of the opening and the end of a case under stable ids, and lead to its issue", async () => {
      const bypass = await pushAround(cast(), "told", ["routes: [{ channels: [chat, siem] }]"]);
      await driveToEnd(bypass);
      const { issue, caseId, repository } = bypass;
      expect(issue.state).toBe("closed");
      const told = receiver.about(caseId);
      expect(told.map(({ kind, channel }) => `${kind} ${channel}`).sort()).toEqual([
        "closed chat",
        "closed siem",
        "opened chat",
        "opened siem",
      ]);
      expect(new Set(told.map(({ id }) => id)).size).toBe(4);
      const url = `${cast().github.url}/${repository.fullName}/issues/${issue.number}`;
      const stored = await cast().scene.app.store.alertsOf(repository.repo.owner.id, caseId);
      expect(stored.map(({ id }) => id).sort()).toEqual(told.map(({ id }) => id).sort());
      expect(stored.every(({ sentAt, attempts }) => sentAt !== null && attempts === 1)).toBe(true);
      // On a machine that takes longer than that for the issue, the opening goes without its address.
      const waits = new Map(
        stored.map(({ id, content, sentAt }) => [id, Number(sentAt) - Date.parse(readAlert(content).at)]),
      );
      const inTime = told.filter(
        ({ id, kind }) => kind === "closed" || (waits.get(id) ?? 0) < LONGEST_WAIT_MS,
      );
      expect(inTime.map((alert) => alert.url)).toEqual(inTime.map(() => url));
    });

    it("go on under the same id while a channel answers 500 for an hour, and hold the case up in nothing", async () => {
      const { admin, carol, clock, scene } = cast();
      isDown = true;
      const routes = ["routes: [{ channels: [chat, down] }]"];
      const { repository, issue, caseId } = await pushAround(cast(), "hour", routes, undefined, troubled);
      expect(issue.body).toMatch(/`down` .*failing.*answered 500/);
      issue.comment(carol, "/break-glass ack I am on it");
      issue.comment(admin, "/break-glass ack me too");
      await scene.troubles();
      expect(await caseOf(cast(), repository, caseId)).toMatchObject({ state: "acknowledged", breaches: [] });
      const tries = () => receiver.about(caseId).filter(({ channel }) => channel === "down");
      for (let minutes = 10; minutes <= 60; minutes += 10) {
        const before = tries().length;
        clock.advance(10 * MINUTE);
        await scene.hurried();
        expect(tries().length).toBeGreaterThan(before);
      }
      expect(new Set(tries().map(({ id }) => id)).size).toBe(1);

      isDown = false;
      await scene.hurried();
      await scene.settled();
      expect(issue.body).not.toContain("failing");
      expect(issue.body).toMatch(/`down` .*sent at/);
      const after = tries().length;
      await later(cast(), MINUTE);
      expect(tries()).toHaveLength(after);
      // The other channel was told once.
      expect(receiver.about(caseId).filter(({ channel }) => channel === "chat")).toHaveLength(1);
    });

    it("follow no redirect, reach no channel that is not set up, and say so on the issue, and the case is closed all the same", async () => {
      const { scene } = cast();
      const routes = ["routes: [{ channels: [astray, nowhere, chat] }]"];
      const bypass = await pushAround(cast(), "astray", routes, undefined, troubled);
      const { issue, caseId } = bypass;
      expect(issue.body).toMatch(/`astray` .*failing.*channel-refused.*302.*redirect to 169\.254\.169\.254/);
      expect(issue.body).toMatch(/`nowhere` .*failing.*channel-unknown/);
      expect(issue.body).toMatch(/`chat` .*sent at/);
      await driveToEnd(bypass);
      expect(issue.state).toBe("closed");
      // Where a channel fails, the next attempt may have come by now.
      const closed = receiver.about(caseId).filter(({ kind }) => kind === "closed");
      expect(new Set(closed.map(({ channel }) => channel))).toEqual(new Set(["astray", "chat"]));
      const troubles = await scene.troubles();
      expect(troubles).toHaveLength(4);
      await scene.sql("DELETE FROM graphile_worker._private_jobs WHERE last_error IS NOT NULL");
    });

    it("are raised when emergencies become a habit: at the second bypass, once a day", async () => {
      const { admin, clock, scene } = cast();
      // Far from midnight, for it counts by the day.
      clock.advance(DAY + 10 * HOUR - (clock.now().getTime() % DAY));
      const routes = ["routes: [{ channels: [chat] }]", "budget: { percent: 40, days: 7 }"];
      const { repository } = await pushAround(cast(), "habit", routes, async (fresh) => {
        for (const branch of ["one", "two"]) {
          const pull = await cast().greenPull(fresh, branch);
          await cast().merge(pull, cast().bob);
          await scene.settled();
        }
      });
      const raised = () => receiver.told("chat").filter(({ kind }) => kind === "budget");
      const push = async (round: number): Promise<void> => {
        const files = { "round.yaml": `round: ${round}\n` };
        await repository.push(admin, "main", { message: `Round ${round}`, files });
        await scene.settled();
        await later(cast(), MINUTE);
      };
      expect(raised()).toEqual([]);
      // Two of four are more than 40 per cent; so are three of five, of which the same day tells no more.
      await push(2);
      expect(raised()).toHaveLength(1);
      await push(3);
      expect(raised()).toHaveLength(1);
      expect(repository.issues()).toHaveLength(3);
      await later(cast(), DAY);
      await push(4);
      expect(raised()).toHaveLength(2);
      expect(new Set(raised().map(({ id }) => id)).size).toBe(2);
    });

    it("are raised by no habit within the budget", async () => {
      const { admin, scene } = cast();
      const routes = ["routes: [{ channels: [chat] }]", "budget: { percent: 60, days: 7 }"];
      const { repository } = await pushAround(cast(), "within", routes, async (fresh) => {
        for (const branch of ["one", "two"]) {
          await cast().merge(await cast().greenPull(fresh, branch), cast().bob);
          await scene.settled();
        }
      });
      const before = receiver.told("chat").filter(({ kind }) => kind === "budget").length;
      await repository.push(admin, "main", { message: "Again", files: { "round.yaml": "round: 2\n" } });
      await scene.settled();
      expect(receiver.told("chat").filter(({ kind }) => kind === "budget")).toHaveLength(before);
    });
  },
  ["postgres"],
  () => ({ channels: ["chat", "siem", "down", "astray"].map((name) => receiver.channel(name)) }),
);
