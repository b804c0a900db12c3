import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { KillableOptions } from "../killable.js";
import { type Happening, type Moment, type Outcome, type Round, type Story, Walk } from "./walk.js";

/**
 * `KILL_EVERYWHERE=changes npm test -- kill/walk` kills the app after every step that changed the database or that GitHub
 * took, `KILL_EVERYWHERE=all` before every statement as well, which takes hours. A test run takes some of these moments,
 * others each time; `KILL_SEED` has it take the same again.
 */
const EVERYWHERE = process.env["KILL_EVERYWHERE"];
const SEED = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 1_000));
/** Processes are started over and over, each some seconds on a busy machine. */
const PATIENCE_MS = EVERYWHERE === undefined ? 600_000 : 8 * 3_600_000;

jest.setTimeout(PATIENCE_MS);

export interface WalkOptions {
  /** What a round leaves behind, at least. */
  readonly leaves: object;
  /** How often a test run kills the app at a request, after a change of the database, and before a statement. */
  readonly kills: readonly [requests: number, changes: number, statements: number];
  /** Moments at which it is killed besides; each is asked for as its round begins. */
  readonly also?: readonly (() => Happening)[];
  /** What the operator has set up, asked for after the hooks of the file. */
  readonly setting?: () => KillableOptions;
}

/** Tells a story again and again, each time with the app killed at another moment of it: all ends have to be the same. */
export function walkThrough(name: string, story: Story, options: WalkOptions): void {
  const { leaves, kills, also = [], setting = () => ({}) } = options;
  describe(`the app, killed while ${name} (KILL_SEED=${SEED})`, () => {
    let walk: Walk;
    let next: (round: number) => Promise<Round>;

    beforeAll(async () => {
      walk = await Walk.prepare(setting());
      next = await story(walk);
      await walk.settled();
    });
    afterAll(async () => {
      await walk.close();
    });

    it("leaves what it leaves undisturbed", async () => {
      const first = await next(0);
      const counts = await walk.count(first);
      const end = await first.end();
      expect(end).toMatchObject(leaves);

      const moments = [
        ...MOMENTS.flatMap((at, kind) =>
          some(momentsOf(counts, at), isWalked(at) ? Infinity : (kills[kind] ?? 0)),
        ),
        ...also,
      ];
      const outcomes: Outcome[] = [];
      for (const [round, moment] of moments.entries()) {
        outcomes.push(
          await walk.disturb(await next(round + 1), typeof moment === "function" ? moment() : moment),
        );
      }
      expect(outcomes).toEqual(outcomes.map(({ died }) => ({ died, end })));
      // What goes on at the same time does not go the same way each time, so that a moment near the end may not come.
      expect(outcomes.filter(({ died }) => died !== null).length).toBeGreaterThan(outcomes.length / 2);
    });
  });
}

const MOMENTS = ["request", "unheard", "unsent"] as const;

const isWalked = (at: Moment["at"]): boolean =>
  EVERYWHERE === "all" || (EVERYWHERE === "changes" && at !== "unsent");

const momentsOf = (counts: Readonly<Record<Moment["at"], number>>, at: Moment["at"]): Moment[] =>
  Array.from({ length: counts[at] }, (_, before) => ({ at, nth: before + 1 }));

/** So many of them at even distances, beginning where the seed says; all of them where there are no more. */
function some(moments: readonly Moment[], many: number): readonly Moment[] {
  if (many >= moments.length) return moments;
  const stride = moments.length / many;
  const offset = ((SEED * 0.618_034) % 1) * stride;
  return moments.filter(
    (_, index) => Math.floor((index - offset) / stride) !== Math.floor((index - 1 - offset) / stride),
  );
}
