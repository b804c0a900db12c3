import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { Cast } from "../support/cast.js";
import { type PostgresServer, startPostgres } from "../support/postgres.js";
import { RunningClock } from "../support/scene.js";
import { createKeyring, type Keyring } from "../support/signing.js";
import { faultsOf } from "./ends.js";
import { histories, type Step } from "./history.js";
import { Play } from "./play.js";
import { Reference } from "./reference.js";
import { Stage } from "./stage.js";
import { Subject } from "./subject.js";
import { wrongGreens } from "./verdicts.js";

/**
 * How long to play, whatever number of histories that makes: `CHAOS_MINUTES=60 CHAOS_SEED=$RANDOM npm test -- chaos`
 * plays many more than there is time for at each change.
 */
const MINUTES = Number(process.env["CHAOS_MINUTES"] ?? 0.5);
const SEED = Number(process.env["CHAOS_SEED"] ?? 5);
const MINUTE_MS = 60_000;
/** How long a history that fails is made shorter. */
const SHRINKING_MS = 5 * MINUTE_MS;
const ENOUGH = 10;

jest.setTimeout((MINUTES + 3) * MINUTE_MS + SHRINKING_MS);

let postgres: PostgresServer;
let keyring: Keyring;
let stage: Stage;
let cast: Cast;
let reference: Reference;
let played = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  keyring = await createKeyring();
  const clock = new RunningClock();
  stage = await Stage.open({ databaseUrl: await postgres.createDatabase(), clock });
  const keys = {
    alice: await keyring.sshKey({ comment: "alice@laptop" }),
    bob: await keyring.gpgKey({ name: "bob", email: "bob@example.com" }),
  };
  cast = new Cast(stage, clock, keyring, keys);
  reference = await Reference.open(await postgres.createDatabase(), stage, clock);
});
afterAll(async () => {
  await reference.close();
  await stage.close();
  await keyring.dispose();
  await postgres.stop();
});

/** What went wrong in a history, in words. */
async function troublesOf(steps: readonly Step[]): Promise<string[]> {
  await stage.renew();
  const subject = await Subject.create(cast, `history-${(played += 1)}`);
  const play = new Play(stage, subject);
  await play.play(() => subject.open(), steps);
  return [
    ...(await wrongGreens(stage, subject, play.snapshots)),
    ...(await faultsOf(stage, subject, reference)),
  ];
}

it("whatever happens in whatever order, GitHub shows in the end what a fresh look says, and nothing was green that should not be", async () => {
  let end = Date.now() + MINUTES * MINUTE_MS;
  let failed = false;
  const property = fc.asyncProperty(histories, async (steps) => {
    if (Date.now() > end) return;
    const troubles = await troublesOf(steps);
    if (troubles.length > 0 && !failed) {
      failed = true;
      end = Date.now() + SHRINKING_MS;
    }
    expect(troubles).toEqual([]);
  });
  await fc.assert(property, { numRuns: Math.ceil(ENOUGH * MINUTES), seed: SEED });
});
