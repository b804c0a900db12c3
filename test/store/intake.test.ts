import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { CountersignError } from "../../src/errors.js";
import { Intake } from "../../src/store/intake.js";
import type { NewDelivery } from "../../src/store/store.js";
import { aDelivery } from "./samples.js";

/** A database that stores a batch when it is told to. */
class Slow {
  readonly batches: string[][] = [];
  readonly stored = new Set<string>();
  /** Refuses every batch that holds this one. */
  poison: string | null = null;
  away = false;
  #commits: (() => void)[] = [];

  readonly store = async (deliveries: readonly NewDelivery[]): Promise<ReadonlySet<string>> => {
    const guids = deliveries.map(({ guid }) => guid);
    this.batches.push(guids);
    await new Promise<void>((resolve) => this.#commits.push(resolve));
    if (this.away) throw new CountersignError("store-unavailable", "the database does not answer");
    if (this.poison !== null && guids.includes(this.poison)) throw new Error("refused");
    const fresh = new Set(guids.filter((guid) => !this.stored.has(guid)));
    for (const guid of fresh) this.stored.add(guid);
    return fresh;
  };

  /** Commits the oldest batch that is under way. */
  async commit(): Promise<void> {
    this.#commits.shift()?.();
    await settled();
  }

  /** Commits until nothing is under way. */
  async commitAll(): Promise<void> {
    while (this.#commits.length > 0) await this.commit();
  }
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let slow: Slow;
let intake: Intake;

beforeEach(() => {
  slow = new Slow();
  intake = new Intake(slow.store);
});

const accept = (guid: string, bytes = 10) =>
  intake.accept(aDelivery({ guid, payload: new Uint8Array(bytes) }));
const numbered = (count: number): string[] => Array.from({ length: count }, (_one, index) => `g${index}`);

describe("deliveries", () => {
  it("that come alone wait for nobody", async () => {
    const first = accept("a");
    expect(slow.batches).toEqual([["a"]]);
    await slow.commit();
    expect(await first).toBe("stored");
  });

  it("that come while two batches are under way make one, when one of these is done", async () => {
    const answers = ["a", "b", "c", "d", "e"].map((guid) => accept(guid));
    expect(slow.batches).toEqual([["a"], ["b"]]);
    await slow.commit();
    expect(slow.batches).toEqual([["a"], ["b"], ["c", "d", "e"]]);
    await slow.commitAll();
    expect(await Promise.all(answers)).toEqual(answers.map(() => "stored"));
  });

  it("are answered only when their own batch is stored", async () => {
    const answered: string[] = [];
    const answers = ["a", "b", "c"].map(async (guid) => {
      await accept(guid);
      answered.push(guid);
    });
    await settled();
    expect(answered).toEqual([]);
    await slow.commit();
    expect(answered).toEqual(["a"]);
    await slow.commitAll();
    await Promise.all(answers);
  });

  it("of one GUID are never in one batch, and are stored once", async () => {
    const answers = ["a", "b", "x", "x", "y", "x"].map((guid) => accept(guid));
    await slow.commitAll();
    expect(slow.batches).toEqual([["a"], ["b"], ["x", "y"], ["x"], ["x"]]);
    expect(await Promise.all(answers)).toEqual([
      "stored",
      "stored",
      "stored",
      "duplicate",
      "stored",
      "duplicate",
    ]);
  });

  it("are at most 128 a batch, and none is left behind", async () => {
    const answers = numbered(300).map((guid) => accept(guid));
    await slow.commitAll();
    expect(slow.batches.map(({ length }) => length)).toEqual([1, 1, 128, 128, 42]);
    expect(await Promise.all(answers)).toEqual(answers.map(() => "stored"));
  });

  it("are at most 8 MB a batch, or one that is larger", async () => {
    const megabyte = 1024 * 1024;
    const sizes = [1, 1, 5, 3, 1, 20, 1];
    const answers = sizes.map((size, index) => accept(`g${index}`, size * megabyte));
    await slow.commitAll();
    expect(slow.batches).toEqual([["g0"], ["g1"], ["g2", "g3"], ["g4", "g6"], ["g5"]]);
    await Promise.all(answers);
  });

  it("that the database will not have take no other with them", async () => {
    slow.poison = "c";
    const answers = ["a", "b", "c", "d"].map((guid) => accept(guid));
    const outcomes = Promise.allSettled(answers);
    await slow.commitAll();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect([...slow.stored]).toEqual(["a", "b", "d"]);
    const after = accept("e");
    await slow.commitAll();
    expect(await after).toBe("stored");
  });

  it("all fail at once while the database is away", async () => {
    slow.away = true;
    const outcomes = Promise.allSettled(["a", "b", "c", "d"].map((guid) => accept(guid)));
    await slow.commitAll();
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
    expect(slow.batches).toHaveLength(3);
  });
});

describe("work", () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const isCalm = async (): Promise<boolean> => {
    let calm = false;
    void intake.calm().then(() => {
      calm = true;
    });
    await settled();
    return calm;
  };

  it("goes on beside deliveries that come one by one", async () => {
    const answers = numbered(15).map((guid) => accept(guid));
    expect(await isCalm()).toBe(true);
    await slow.commitAll();
    await Promise.all(answers);
  });

  it("waits until a rush is over", async () => {
    const answers = numbered(16).map((guid) => accept(guid));
    let calm = false;
    const waiting = intake.calm().then(() => {
      calm = true;
    });
    await settled();
    expect(calm).toBe(false);
    await slow.commit();
    await waiting;
    await slow.commitAll();
    await Promise.all(answers);
  });

  it("waits while commits leave few for a moment, and then more come", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate"] });
    const answers = numbered(16).map((guid) => accept(guid));
    let calm = false;
    const waiting = intake.calm().then(() => {
      calm = true;
    });
    await jest.advanceTimersByTimeAsync(49);
    await slow.commitAll();
    await Promise.all(answers);
    expect(calm).toBe(false);
    const more = numbered(16).map((guid) => accept(`more-${guid}`));
    await slow.commitAll();
    await Promise.all(more);
    await jest.advanceTimersByTimeAsync(49);
    expect(calm).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await waiting;
    expect(await isCalm()).toBe(true);
  });

  it("waits as long as too many are not stored, though none comes", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate"] });
    const answers = numbered(16).map((guid) => accept(guid));
    await jest.advanceTimersByTimeAsync(500);
    expect(await isCalm()).toBe(false);
    await slow.commitAll();
    await Promise.all(answers);
    await jest.advanceTimersByTimeAsync(50);
    expect(await isCalm()).toBe(true);
  });

  it("waits for a second at most", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate"] });
    const answers = numbered(16).map((guid) => accept(guid));
    let calm = false;
    const waiting = intake.calm().then(() => {
      calm = true;
    });
    await jest.advanceTimersByTimeAsync(999);
    expect(calm).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await waiting;
    await slow.commitAll();
    await Promise.all(answers);
  });
});
