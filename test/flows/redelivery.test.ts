import { expect, it } from "@jest/globals";
import { type Cast, CHECKS, withCast } from "../support/cast.js";
import { until } from "../support/until.js";

/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:1/api/github/webhooks";
const HOUR_MS = 3_600_000;

withCast("webhooks that GitHub could not deliver", redelivery);

function redelivery(cast: () => Cast): void {
  const posted = () => cast().github.count("apps/redeliver-webhook-delivery");
  const listed = () => cast().github.count("apps/list-webhook-deliveries");

  /** What happens while nothing that GitHub sends arrives. */
  const whileAway = async <T>(happen: () => Promise<T>): Promise<T> => {
    const { webhooks } = cast().github;
    const { url } = webhooks;
    webhooks.url = NOWHERE;
    try {
      const outcome = await happen();
      await webhooks.settled();
      return outcome;
    } finally {
      webhooks.url = url;
    }
  };

  const redeliver = async (lookBack: "three-days" | "two-hours" = "two-hours"): Promise<void> => {
    await cast().scene.app.store.enqueue({ task: "redeliver", payload: { lookBack } });
    await cast().scene.settled();
  };

  /** Until GitHub has delivered what it was asked for, which it does in its own time. */
  const arrived = async (guids: readonly string[]): Promise<void> => {
    const { store } = cast().scene.app;
    await until(
      async () => ((await store.storedDeliveries(guids)).size === guids.length ? true : null),
      () => `not all of ${guids.join(", ")} arrived`,
    );
    await cast().scene.settled();
  };

  const failedSince = (from: number): string[] =>
    cast()
      .github.webhooks.deliveries.slice(from)
      .filter(({ statusCode }) => statusCode === 0)
      .map(({ envelope }) => envelope.guid);

  it("are looked for at start", async () => {
    await until(
      () => (listed() > 0 ? true : null),
      () => "nobody asked GitHub what it could not deliver",
    );
  });

  it("are delivered again, and do what they would have done", async () => {
    const { github, scene } = cast();
    const repository = await cast().repository("away");
    await scene.settled();
    const from = github.webhooks.deliveries.length;
    const pull = await whileAway(() => cast().openPull(repository, "topic"));
    const failed = failedSince(from);
    expect(failed.length).toBeGreaterThan(0);
    expect(cast().conclusions(repository, pull.headOid)).toEqual({});
    await redeliver();
    await arrived(failed);
    expect(Object.keys(cast().conclusions(repository, pull.headOid)).sort()).toEqual(CHECKS);
    const asked = posted();
    await redeliver();
    expect(posted()).toBe(asked);
  });

  it("are not asked for where we have them, though GitHub did not get our answer", async () => {
    const { github, scene } = cast();
    const repository = await cast().repository("unanswered");
    await scene.settled();
    const from = github.webhooks.deliveries.length;
    await whileAway(() => cast().openPull(repository, "topic"));
    const failed = failedSince(from);
    for (const guid of failed) {
      const envelope = github.webhooks.deliveries.find((one) => one.envelope.guid === guid)?.envelope;
      if (envelope === undefined) throw new Error(`${guid} is in no list`);
      // It reached us after all; in GitHub's list its newest attempt is the one that failed.
      const { deliveries } = github.webhooks;
      deliveries.splice(deliveries.indexOf(await github.webhooks.deliver(envelope)), 1);
    }
    await scene.settled();
    const asked = posted();
    await redeliver();
    expect(posted()).toBe(asked);
  });

  it("are given up after five attempts, and those older than three days are not looked at", async () => {
    const { github, scene, clock } = cast();
    const repository = await cast().repository("hopeless");
    await scene.settled();
    const from = github.webhooks.deliveries.length;
    await whileAway(() => cast().openPull(repository, "topic"));
    const [guid] = failedSince(from);
    for (const rest of failedSince(from).slice(1)) {
      const envelope = github.webhooks.deliveries.find((one) => one.envelope.guid === rest)?.envelope;
      if (envelope !== undefined) await github.webhooks.deliver(envelope);
    }
    const attempts = () => github.webhooks.deliveries.filter(({ envelope }) => envelope.guid === guid).length;
    await whileAway(async () => {
      for (let attempt = attempts(); attempt < 5; attempt += 1) {
        await redeliver();
        await until(
          () => (attempts() > attempt ? true : null),
          () => `there was no attempt ${attempt + 1}`,
        );
      }
    });
    await redeliver();
    await cast().scene.settled();
    expect(attempts()).toBe(5);
    const last = await whileAway(async () => {
      const before = github.webhooks.deliveries.length;
      await cast().openPull(repository, "later");
      await github.webhooks.settled();
      return failedSince(before);
    });
    expect(last.length).toBeGreaterThan(0);
    clock.advance(73 * HOUR_MS);
    const asked = posted();
    await redeliver("three-days");
    expect(posted()).toBe(asked);
  });
}
