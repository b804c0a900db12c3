import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { silentLogger } from "../../../src/logger.js";
import type { Store } from "../../../src/store/store.js";
import { BATCH, forgetDeliveries } from "../../../src/webhooks/delivery/forget.js";

/** What a look asks of a store in which so many are old: the instants, and how many were deleted. */
async function look(old: number) {
  const asked: string[] = [];
  let left = old;
  const store: Pick<Store, "forgetDeliveries"> = {
    forgetDeliveries: (before, most) => {
      asked.push(before.toISOString());
      const gone = Math.min(left, most);
      left -= gone;
      return Promise.resolve(gone);
    },
  };
  const clock = new ManualClock(new Date("2026-11-30T12:00:00Z"));
  await forgetDeliveries({ store: store as Store, clock, logger: silentLogger, deliveriesKeptDays: 30 });
  return { asked, left };
}

describe("webhooks that are done with", () => {
  it("are those that are older than they are kept, and go in batches until none is left", async () => {
    expect(await look(2 * BATCH + 1)).toEqual({
      asked: Array.from({ length: 3 }, () => "2026-10-31T12:00:00.000Z"),
      left: 0,
    });
    expect((await look(0)).asked).toHaveLength(1);
  });

  it("are left to the next look where they are very many", async () => {
    const { asked, left } = await look(1_000 * BATCH);
    expect(asked).toHaveLength(200);
    expect(left).toBe(800 * BATCH);
  });
});
