import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { Cast, CHECKS } from "../support/cast.js";
import { type Line, layLine } from "../support/line.js";
import { type PostgresServer, startPostgres } from "../support/postgres.js";
import { RunningClock } from "../support/scene.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { until } from "../support/until.js";
import { Stage } from "./stage.js";

jest.setTimeout(180_000);

/** As long as the app is let try, in seconds: `OUTAGE_SECONDS=60 npm test -- chaos/outage` is more of the same. */
const AWAY_MS = Number(process.env["OUTAGE_SECONDS"] ?? 3) * 1_000;

let postgres: PostgresServer;
let line: Line;
let keyring: Keyring;
let stage: Stage;
let cast: Cast;

beforeAll(async () => {
  postgres = await startPostgres();
  const directUrl = await postgres.createDatabase();
  line = await layLine(directUrl);
  keyring = await createKeyring();
  const clock = new RunningClock();
  stage = await Stage.open({ databaseUrl: line.url, directUrl, clock });
  const keys = {
    alice: await keyring.sshKey({ comment: "alice@laptop" }),
    bob: await keyring.gpgKey({ name: "bob", email: "bob@example.com" }),
  };
  cast = new Cast(stage, clock, keyring, keys);
});
afterAll(async () => {
  line.mend();
  await stage.close();
  await line.close();
  await keyring.dispose();
  await postgres.stop();
});

const health = async (): Promise<number> => (await fetch(`${stage.app.url}/healthz`)).status;

it("a database that is away in the middle of an evaluation: webhooks are refused and come again, nothing is lost", async () => {
  const { admin, carol, github } = cast;
  const { webhooks } = github;
  const repository = await cast.repository("away");
  const pull = await cast.greenPull(repository, "topic");
  const merged = await cast.greenPull(repository, "merged");
  expect(cast.check(repository, pull.headOid).conclusion).toBe("success");
  const slow = github.faults.next({ operation: "PullRequestFacts" }, { kind: "slow" });
  pull.review(carol, "COMMENT");
  await slow.met;
  line.cut();
  slow.release();
  const from = webhooks.deliveries.length;
  pull.review(carol, "REQUEST_CHANGES");
  await merged.merge(admin);
  await webhooks.settled();
  const refused = webhooks.deliveries.slice(from);
  expect(await health()).toBe(503);
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  expect(refused.map(({ statusCode }) => statusCode)).toEqual(refused.map(() => 503));
  expect(cast.check(repository, pull.headOid).conclusion).toBe("success");

  line.mend();
  await until(
    async () => ((await health()) === 200 ? true : null),
    () => "the app is still unwell",
  );
  await stage.app.store.enqueue({ task: "redeliver", payload: { lookBack: "two-hours" } });
  const guids = refused.map(({ envelope }) => envelope.guid);
  await until(
    async () => ((await stage.app.store.storedDeliveries(guids)).size === guids.length ? true : null),
    () => "not all came again",
  );
  await stage.rest();
  await stage.hurried();
  await stage.settled();
  expect(cast.check(repository, pull.headOid).conclusion).toBe("failure");
  expect(cast.postedRuns(repository, pull.headOid)).toHaveLength(CHECKS.length);
  expect(await cast.records(merged)).toMatchObject([{ bypass: false, outcome: "passed" }]);
  expect(await stage.app.store.queueStatus()).toEqual({ waiting: 0, running: 0, dead: [] });
});
