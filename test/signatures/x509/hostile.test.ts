import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Trust } from "../../../src/signatures/index.js";
import { payloadOf, SIGNED_AT, withSignature } from "../support.js";
import { octets, seq, tlv } from "./support/der.js";
import { loggedIn, makeLog } from "./support/log.js";
import { armored, cms, type CmsSignature } from "./support/pki.js";
import { rootOf, signerOf, stampedBy, timestampAuthority, verdictOn, x509Trust } from "./support/world.js";
import { stopwatch } from "../../support/stopwatch.js";

/** What strangers write into signatures: nothing else than the real thing is good, and nothing crashes or lasts. */

const root = rootOf();
const alice = signerOf(root, { notBefore: SIGNED_AT, notAfter: new Date(SIGNED_AT.getTime() + 600_000) });
const clocks = rootOf();
const clock = timestampAuthority(clocks);
const log = makeLog();
const during = new Date(SIGNED_AT.getTime() + 5000);
const signature = (unsigned: (signature: CmsSignature) => Buffer[]): Buffer =>
  cms(Buffer.from(payloadOf()), { signer: alice, unsigned });
const stamped = signature(stampedBy(clock, during));
const logged = signature(
  loggedIn(log, { at: during, certificate: alice, neighbours: { before: 3, after: 2 } }),
);
let trust: Trust;

beforeAll(async () => {
  trust = await x509Trust({
    roots: [root.pem],
    timestampAuthorities: [clocks.pem],
    transparencyLogs: [log.pem],
  });
});

const verdictOf = (der: Uint8Array) => verdictOn(withSignature(payloadOf(), armored(der)), trust);

describe("flipped bits", () => {
  it.each([
    ["timestamped", stamped],
    ["logged", logged],
  ])("of a %s signature are refused", (_, der) => {
    expect(verdictOf(der).reason).toBe("good-key-expired-since");
    for (let index = 0; index < der.length; index += 11) {
      const flipped = Buffer.from(der);
      flipped[index] = (flipped[index] ?? 0) ^ (1 << (index % 8));
      const { verdict, reason } = verdictOf(flipped);
      expect([index, verdict]).not.toEqual([index, "good"]);
      expect(reason).not.toBe("internal-error");
    }
  });

  it("of the payload are refused", () => {
    const payload = payloadOf();
    fc.assert(
      fc.property(fc.nat({ max: payload.length - 1 }), fc.nat({ max: 7 }), (index, bit) => {
        const flipped = Buffer.from(payload);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        const { verdict } = verdictOn(withSignature(flipped.toString("latin1"), armored(stamped)), trust);
        expect(verdict).toBe("bad");
      }),
      { numRuns: 200 },
    );
  });
});

describe("anything else", () => {
  it("cut short is refused", () => {
    for (let length = 1; length < stamped.length; length += 7)
      expect(verdictOf(stamped.subarray(0, length)).reason).toBe("signature-malformed");
  });

  it("made at random is refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
        expect(["signature-malformed", "x509-unsupported"]).toContain(verdictOf(bytes).reason);
      }),
    );
  });

  it("put together at random from the real thing is refused", () => {
    const length = stamped.length;
    fc.assert(
      fc.property(
        fc.nat({ max: length }),
        fc.nat({ max: length }),
        fc.nat({ max: 40 }),
        (from, to, count) => {
          const spliced = Buffer.concat([
            stamped.subarray(0, to),
            stamped.subarray(from, from + count),
            stamped.subarray(to),
          ]);
          const verdict = verdictOf(spliced);
          expect(verdict.reason).not.toBe("internal-error");
          if (count > 0 && from < length) expect(verdict.verdict).not.toBe("good");
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each<[string, () => Buffer]>([
    ["a million values in each other", () => Buffer.from("3080".repeat(250_000), "hex")],
    ["strings of strings", () => Buffer.from("2480".repeat(250_000), "hex")],
    ["a hundred thousand values beside each other", () => seq(Buffer.from("0500".repeat(100_000), "hex"))],
    ["a length beyond the end", () => Buffer.from("3084ffffffff", "hex")],
    ["a length of a length", () => Buffer.from(`30ff${"ff".repeat(127)}`, "hex")],
    ["megabytes", () => octets(Buffer.alloc(4_000_000))],
    ["a tag of many octets", () => Buffer.from(`3f${"ff".repeat(100_000)}00`, "hex")],
    ["an object identifier without end", () => seq(tlv(0x06, Buffer.alloc(200_000, 0xff)))],
  ])("ends soon: %s", (_, make) => {
    const der = make();
    const spent = stopwatch();
    const before = process.memoryUsage().rss;
    expect(["signature-malformed", "x509-unsupported"]).toContain(verdictOf(der).reason);
    expect(spent()).toBeLessThan(3000);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });
});
