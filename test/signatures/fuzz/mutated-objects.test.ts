/** Objects that were accepted, changed at random in every way a stranger could: in their bytes, and inside the armor. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { objectId, REASONS, splitObject, verifyObject } from "../../../src/signatures/index.js";
import type { SignatureVerdict } from "../../../src/signatures/index.js";
import { createKeyring, type Keyring } from "../../support/signing.js";
import { acceptedObjects, type Accepted, type AcceptedObjects } from "../make/accepted.js";
import { NOW, verifyRaw } from "../support.js";
import { armorBody, mutations, withArmorBody, type Mutation } from "./mutations.js";

let keyring: Keyring;
let accepted: AcceptedObjects;
let signed: Set<string>;

beforeAll(async () => {
  keyring = await createKeyring();
  accepted = await acceptedObjects(keyring);
  signed = new Set(accepted.objects.map((one) => statement(one.raw, one, verdictOn(one, one.raw))));
});
afterAll(async () => {
  await keyring.dispose();
});

const verdictOn = (one: Accepted, raw: Buffer): SignatureVerdict =>
  verifyRaw(raw, accepted.trust, { ...one, at: NOW });

/** Who signed which bytes at what time, by what is believed of an object. */
function statement(raw: Buffer, { type, objectFormat }: Accepted, verdict: SignatureVerdict): string {
  const payload = Buffer.from(splitObject(type, raw, objectFormat).payload).toString("base64");
  return JSON.stringify([type, payload, verdict.signer?.fingerprint, verdict.signedAt, verdict.securityKey]);
}

/**
 * Nobody may be shown as having signed what he did not: a changed object is good only where payload, signer and time are
 * those of a real signature, so that only unsigned parts (armor, unhashed hints, text after a tag's armor) changed.
 */
function isHarmless(one: Accepted, raw: Buffer): boolean {
  const verdict = verdictOn(one, raw);
  if (verdict.reason === "internal-error" || !(verdict.reason in REASONS)) return false;
  return verdict.verdict !== "good" || signed.has(statement(raw, one, verdict));
}

function isRefusedUnderItsId(one: Accepted, raw: Buffer): boolean {
  const { verdict, reason } = verifyObject({ ...one, raw }, accepted.trust, NOW);
  return raw.equals(one.raw) || (verdict === "bad" && reason === "oid-mismatch");
}

/** Every object alike, whatever their number; found when run, because they are made before the tests only. */
const anyObject = fc.nat().map((index) => () => {
  const one = accepted.objects[index % accepted.objects.length];
  if (one === undefined) throw new Error("no object was made");
  return one;
});

/** Changes whose splices take from any accepted object. */
const anyMutation = (part: (one: Accepted) => Buffer): fc.Arbitrary<Mutation> =>
  mutations(accepted.objects.map(part));

describe("an accepted object", () => {
  it("is good, each of every algorithm and form", () => {
    const reasons = accepted.objects.map((one) => [one.name, verdictOn(one, one.raw).reason]);
    expect(reasons).toEqual(accepted.objects.map(({ name }) => [name, "good"]));
    expect(accepted.trust.problems).toEqual([]);
  });

  it("is put together again from its parts, so that changes inside the armor are what is tried", () => {
    for (const one of accepted.objects) {
      const raw = withArmorBody(one, armorBody(one));
      expect([one.name, verdictOn(one, raw).reason]).toEqual([one.name, "good"]);
    }
  });
});

describe("a changed object", () => {
  it("is refused under the id it had", () => {
    const property = fc.property(
      anyObject,
      anyMutation(({ raw }) => raw),
      (pick, mutate) => isRefusedUnderItsId(pick(), mutate(pick().raw)),
    );
    fc.assert(property, { numRuns: 2000 });
  });

  it("vouches for nothing new under the id of its new bytes", () => {
    const property = fc.property(
      anyObject,
      anyMutation(({ raw }) => raw),
      (pick, mutate) => isHarmless(pick(), mutate(pick().raw)),
    );
    fc.assert(property, { numRuns: 4000 });
  });

  it("vouches for nothing new where the change is inside the armor", () => {
    const made = new Set(accepted.objects.map((one) => armorBody(one).toString("base64")));
    const property = fc.property(anyObject, anyMutation(armorBody), (pick, mutate) => {
      const one = pick();
      const body = mutate(armorBody(one));
      const raw = withArmorBody(one, body);
      // OpenPGP has parts that nobody signs; an SSH signature has none, so only those that were made are good.
      const unmade = one.name.startsWith("ssh") && !made.has(body.toString("base64"));
      return isHarmless(one, raw) && !(unmade && verdictOn(one, raw).verdict === "good");
    });
    fc.assert(property, { numRuns: 4000 });
  });

  it("vouches for nothing new as the other type of object, or in the other object format", () => {
    const other = { commit: "tag", tag: "commit", sha1: "sha256", sha256: "sha1" } as const;
    for (const one of accepted.objects) {
      for (const [type, objectFormat] of [
        [other[one.type], one.objectFormat],
        [one.type, other[one.objectFormat]],
      ] as const) {
        const oid = objectId(type, one.raw, objectFormat);
        const verdict = verifyObject({ type, oid, raw: one.raw }, accepted.trust, NOW);
        // A tag's signature stands in no header, so it is the same in both formats.
        const same = one.type === "tag" && type === "tag";
        expect([one.name, type, objectFormat, verdict.verdict === "good"]).toEqual([
          one.name,
          type,
          objectFormat,
          same,
        ]);
      }
    }
  });
});
