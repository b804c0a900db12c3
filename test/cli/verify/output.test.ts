import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../../../src/clock.js";
import { Channel } from "../../../src/cli/verify/channel.js";
import { jsonLine, textLine } from "../../../src/cli/verify/output/line.js";
import { Progress } from "../../../src/cli/verify/output/progress.js";
import { remedies, summary } from "../../../src/cli/verify/output/summary.js";
import { add, count, emptyTally, notGood } from "../../../src/cli/verify/tally.js";
import type { SignatureVerdict } from "../../../src/signatures/index.js";

const GOOD: SignatureVerdict = {
  oid: "ab".repeat(20),
  type: "commit",
  verdict: "good",
  format: "ssh",
  reason: "good",
  signer: { fingerprint: "SHA256:x", principal: "ann@example.com", source: "allowed-signers", account: null },
  identity: "committer",
  signedAt: "2024-06-01T12:00:00.000Z",
  standing: { atSigning: "good", atEvaluation: "good" },
  weaknesses: [],
  securityKey: null,
};
const UNSIGNED: SignatureVerdict = {
  ...GOOD,
  verdict: "unsigned",
  reason: "unsigned",
  format: null,
  signer: null,
  identity: null,
  signedAt: null,
};
const hostile = {
  ...GOOD,
  signer: { fingerprint: "F", source: null, account: null, principal: "a\u001b[2J\u009b\u202e\u{e0001}" },
};

describe("lines", () => {
  it("for people", () => {
    expect(textLine(GOOD, [])).toBe(
      "abababababab  commit    good         good                    2024-06-01T12:00:00Z  ann@example.com SHA256:x\n",
    );
    expect(textLine(UNSIGNED, [{ ...GOOD, type: "tag", identity: "other" }]).split("\n")).toEqual([
      "abababababab  commit    unsigned     unsigned",
      "abababababab  mergetag  good         good                    2024-06-01T12:00:00Z  ann@example.com (not the committer) SHA256:x",
      "",
    ]);
  });

  it("for programs: the verdict, with the tags that a merge embeds", () => {
    expect(JSON.parse(jsonLine(GOOD, []))).toEqual(GOOD);
    expect(JSON.parse(jsonLine(GOOD, [UNSIGNED]))).toEqual({ ...GOOD, mergetags: [UNSIGNED] });
  });

  it("hold nothing that a terminal acts on", () => {
    const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\u{e0001}/u;
    expect(jsonLine(hostile, [])).not.toMatch(acting);
    expect(textLine(hostile, [])).not.toMatch(acting);
    expect(JSON.parse(jsonLine(hostile, []))).toEqual(hostile);
  });
});

describe("how a run went", () => {
  const tally = emptyTally();
  count(tally, GOOD);
  count(tally, { ...GOOD, identity: "forge" });
  count(tally, UNSIGNED);
  const twice = emptyTally();
  add(twice, tally);
  add(twice, tally);

  it("is counted", () => {
    expect(summary(twice, 1, false)).toBe(
      "7 objects: 4 good, 2 unsigned, 2 of the good not signed by the committer, 1 could not be read.",
    );
    expect([notGood(twice, false), notGood(twice, true)]).toEqual([2, 4]);
    expect(summary(emptyTally(), 0, false)).toBe("Nothing to verify.");
  });

  it("is followed by what mends it, once a reason", () => {
    expect(remedies(twice, false)).toHaveLength(1);
    expect(remedies(twice, true).map((text) => text.split(":")[0])).toEqual([
      "unsigned (2)",
      "not the committer (2)",
    ]);
  });

  it("is shown on the way once that takes long, and leaves nothing behind", () => {
    const written: string[] = [];
    const clock = new ManualClock(new Date("2024-01-01T00:00:00Z"));
    const progress = new Progress((text) => written.push(text), clock, false);
    progress.update(twice);
    progress.erase();
    expect(written).toEqual([]);
    clock.advance(2_000);
    progress.update(twice);
    clock.advance(100);
    progress.update(twice);
    progress.erase();
    expect(written).toEqual(["\r\u001b[K6 verified, 3 a second, 2 not good", "\r\u001b[K"]);
  });
});

describe("a channel", () => {
  it("makes the one who gives wait for the one who takes", async () => {
    const channel = new Channel<number>(2);
    let given = 0;
    const giving = (async () => {
      for (let at = 1; at <= 5; at += 1) if (await channel.push(at)) given = at;
      channel.close();
    })();
    await new Promise(setImmediate);
    expect(given).toBe(2);
    const taken: number[] = [];
    for await (const item of channel) taken.push(item);
    await giving;
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it("hands on what there is before the error, and tells whoever gives that nobody takes", async () => {
    const channel = new Channel<number>(5);
    await channel.push(1);
    channel.close({ error: new Error("no more") });
    const taken: number[] = [];
    const taking = (async () => {
      for await (const item of channel) taken.push(item);
    })();
    await expect(taking).rejects.toThrow("no more");
    expect(taken).toEqual([1]);
    expect(await channel.push(2)).toBe(false);
  });
});
