import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { withCast } from "../../../support/cast.js";
import { recordsIn } from "../stage.js";
import { caseOf, clockKeys, DAY, HOUR, later, MINUTE, pushAround, storedCase, story } from "./cases.js";
import { Receiver } from "./receiver.js";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(async () => {
  await receiver.close();
});

const CHANNELS = ["first", "second", "third"];
/** The clocks but that of the acknowledgement stand still, as good as. */
const ONE_CLOCK = "clocks: { document: 20d, review: 40d }";
const ROUTES = [
  "routes:",
  "  - { channels: [first], mention: [carol] }",
  "  - { channels: [second], mention: [acme/security] }",
  "  - { channels: [third], mention: [acme/board] }",
];

withCast(
  "the clocks of a case",
  (cast) => {
    it("remind twice, tell of the breach and escalate along the routes, each once however often one looks", async () => {
      const { scene } = cast();
      const { issue, caseId, repository } = await pushAround(cast(), "told", [...ROUTES, ONE_CLOCK]);
      /** What was news after so long, though many looked for it. */
      const news = async (milliseconds: number): Promise<string[]> => {
        const before = [clockKeys(issue, caseId), receiver.about(caseId)] as const;
        cast().clock.advance(milliseconds);
        const subject = { tenantId: repository.repo.owner.id, caseId };
        const looks = [1, 2, 3].map(() => scene.app.lookForDue());
        await Promise.all([...looks, scene.app.store.enqueue({ task: "work-case", payload: subject })]);
        await scene.settled();
        await later(cast(), 0);
        const posted = clockKeys(issue, caseId).slice(before[0].length);
        const sent = receiver.about(caseId).slice(before[1].length);
        expect(sent.map(({ id, channel }) => id.slice(0, -channel.length - 1))).toEqual(
          posted.map((key) => `${caseId}/${key}`),
        );
        return [...posted, ...sent.map(({ channel }) => channel)];
      };

      expect(await news(29 * MINUTE)).toEqual([]);
      expect(await news(2 * MINUTE)).toEqual(["acknowledge/reminder-50/0", "first"]);
      expect(issue.comments.at(-1)?.body).toContain("To look at it: @carol");
      expect(await news(16 * MINUTE)).toEqual([]);
      expect(await news(2 * MINUTE)).toEqual(["acknowledge/reminder-80/0", "first"]);
      expect(await news(10 * MINUTE)).toEqual([]);
      expect(await news(2 * MINUTE)).toEqual(["acknowledge/breach", "second"]);
      expect(issue.comments.at(-1)?.body).toContain("To look at it: @acme/security");
      expect(await news(4 * HOUR)).toEqual(["acknowledge/escalation-1", "third"]);
      expect(issue.comments.at(-1)?.body).toContain("To look at it: @acme/board");
      expect(await news(4 * HOUR)).toEqual(["acknowledge/escalation-2", "third"]);
      expect(await news(4 * HOUR)).toEqual(["acknowledge/escalation-3", "third"]);
      expect(await news(4 * HOUR)).toEqual([]);

      expect(story(await caseOf(cast(), repository, caseId))).toEqual(["landed", "breached"]);
      const records = await recordsIn(cast(), repository);
      expect(records.filter(({ kind }) => kind === "break-glass")).toHaveLength(2);
    });

    it("tell only the newest of each after a long standstill, and the breach always", async () => {
      const { issue, caseId } = await pushAround(cast(), "standstill", ROUTES);
      await later(cast(), 40 * HOUR);
      expect(clockKeys(issue, caseId)).toEqual([
        "acknowledge/breach",
        "acknowledge/escalation-3",
        "document/breach",
        "document/escalation-3",
        "review/reminder-50/0",
      ]);
      // Each is sent by itself, so which comes first is left open.
      expect(
        receiver
          .about(caseId)
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(["breach", "breach", "escalation", "escalation", "opened", "reminder"]);
    });

    it("fire nothing twice and lose nothing when the machine's clock is a day ahead, and then right again", async () => {
      const { carol } = cast();
      const { issue, caseId, repository } = await pushAround(cast(), "ahead", [
        ...ROUTES,
        "clocks: { document: 3d, review: 40d }",
      ]);
      await later(cast(), DAY);
      const told = ["acknowledge/breach", "acknowledge/escalation-3"];
      expect(clockKeys(issue, caseId)).toEqual(told);
      await later(cast(), -DAY);
      await later(cast(), 45 * MINUTE);
      expect(clockKeys(issue, caseId)).toEqual(told);

      issue.comment(carol, "/break-glass ack I am on it");
      await cast().scene.settled();
      const subject = await caseOf(cast(), repository, caseId);
      expect(story(subject)).toEqual(["landed", "breached", "acknowledged"]);
      // By the right clock it came in time.
      expect(subject.breaches).toEqual([]);
      expect((await storedCase(cast(), repository, caseId)).breached).toBe(false);

      await later(cast(), 35 * HOUR);
      expect(clockKeys(issue, caseId)).toEqual(told);
      await later(cast(), HOUR);
      expect(clockKeys(issue, caseId)).toEqual([...told, "document/reminder-50/0"]);
    });

    it("fire when it is time when the machine's clock was a day behind for a while", async () => {
      const { issue, caseId } = await pushAround(cast(), "behind", [...ROUTES, ONE_CLOCK]);
      await later(cast(), -DAY);
      await later(cast(), 23 * HOUR);
      expect(clockKeys(issue, caseId)).toEqual([]);
      await later(cast(), HOUR + 31 * MINUTE);
      expect(clockKeys(issue, caseId)).toEqual(["acknowledge/reminder-50/0"]);
      await later(cast(), -DAY);
      await later(cast(), DAY);
      expect(clockKeys(issue, caseId)).toEqual(["acknowledge/reminder-50/0"]);
    });

    it("move with an extension, and remind anew of what is left", async () => {
      const { carol } = cast();
      const { issue, caseId, repository } = await pushAround(cast(), "extended", [...ROUTES, ONE_CLOCK]);
      await later(cast(), 31 * MINUTE);
      issue.comment(carol, "/break-glass extend 2h The vendor looks at it");
      await cast().scene.settled();
      // Due after three hours: of what was left then, half is over after 105 and most of it after 150 minutes.
      const first = "acknowledge/reminder-50/0";
      const news: string[][] = [];
      for (const minutes of [60, 12, 45, 25, 10]) {
        await later(cast(), minutes * MINUTE);
        news.push(clockKeys(issue, caseId).slice(1 + news.flat().length));
      }
      expect(clockKeys(issue, caseId)[0]).toBe(first);
      expect(news).toEqual([
        [],
        [],
        ["acknowledge/reminder-50/1"],
        ["acknowledge/reminder-80/1"],
        ["acknowledge/breach/1"],
      ]);
      expect((await caseOf(cast(), repository, caseId)).breaches).toHaveLength(1);
    });

    it("tell of the breach anew, and escalate anew, where an extension that was heard of late had lifted the first", async () => {
      const { carol, github, scene } = cast();
      const { issue, caseId, repository } = await pushAround(cast(), "unheard", [...ROUTES, ONE_CLOCK]);
      github.webhooks.hold();
      issue.comment(carol, "/break-glass extend 10h The vendor looks at it");
      await later(cast(), 6 * HOUR);
      const first = ["acknowledge/breach", "acknowledge/escalation-1"];
      expect(clockKeys(issue, caseId)).toEqual(first);
      await github.webhooks.resume();
      await scene.settled();
      expect((await caseOf(cast(), repository, caseId)).breaches).toEqual([]);
      await later(cast(), 6 * HOUR);
      await later(cast(), 4 * HOUR);
      expect(clockKeys(issue, caseId).filter((key) => !key.includes("reminder"))).toEqual([
        ...first,
        "acknowledge/breach/1",
        "acknowledge/escalation-1/1",
      ]);
    });

    it("have no breach of what was done in time, though the app worked late", async () => {
      const { carol, github, scene } = cast();
      const { issue, caseId, repository } = await pushAround(cast(), "in-time", [...ROUTES, ONE_CLOCK]);
      github.webhooks.hold();
      issue.comment(carol, "/break-glass ack I am on it");
      await later(cast(), 2 * HOUR);
      // Nobody has told us yet.
      expect(clockKeys(issue, caseId)).toEqual(["acknowledge/breach"]);
      await github.webhooks.resume();
      await scene.settled();
      const subject = await caseOf(cast(), repository, caseId);
      expect(subject).toMatchObject({ state: "acknowledged", breaches: [] });
      await later(cast(), DAY);
      expect(clockKeys(issue, caseId)).toEqual(["acknowledge/breach"]);
      expect(issue.body).not.toMatch(/breached|met late/);
    });

    it("keep the breach of what was done late, though nobody looked in between", async () => {
      const { carol, scene } = cast();
      const { issue, caseId, repository } = await pushAround(cast(), "late", [...ROUTES, ONE_CLOCK]);
      cast().clock.advance(2 * HOUR);
      issue.comment(carol, "/break-glass ack I am late");
      await scene.settled();
      expect((await caseOf(cast(), repository, caseId)).breaches).toHaveLength(1);
      expect(issue.body).toContain("met late");
      await later(cast(), 0);
      expect(clockKeys(issue, caseId)).toEqual(["acknowledge/breach"]);
      await later(cast(), DAY);
      expect(clockKeys(issue, caseId)).toEqual(["acknowledge/breach"]);
    });
  },
  ["postgres"],
  () => ({ channels: CHANNELS.map((name) => receiver.channel(name)) }),
);
