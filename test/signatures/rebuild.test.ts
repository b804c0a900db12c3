import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { objectId, rebuildCommit, splitObject } from "../../src/signatures/index.js";
import { payloadOf, withSignature } from "./support.js";

/** What GitHub's API makes of a commit: strings, and the signature without its last line ends. */
function asForgeTells(raw: Buffer): { oid: string; payload: string; signature: string } {
  const { payload, signature } = splitObject("commit", raw, "sha1");
  const text = Buffer.from(signature ?? []).toString();
  return {
    oid: objectId("commit", raw, "sha1"),
    payload: Buffer.from(payload).toString(),
    signature: text.replace(/\n+$/, ""),
  };
}

const SIGNATURE = "-----BEGIN X-----\n\nabc\n-----END X-----";

describe("putting a commit back together", () => {
  it.each(["", "\n", "\n\n"])("finds the signature's last line ends: %j", (tail) => {
    const payload = payloadOf();
    const at = payload.indexOf("\n\n") + 1;
    const folded = (SIGNATURE + tail).replaceAll("\n", "\n ");
    const raw = Buffer.from(`${payload.slice(0, at)}gpgsig ${folded}\n${payload.slice(at)}`);
    expect(rebuildCommit(asForgeTells(raw))).toEqual(raw);
  });

  it("takes the signature as it is given, too", () => {
    const raw = withSignature(payloadOf(), SIGNATURE);
    expect(rebuildCommit({ ...asForgeTells(raw), signature: `${SIGNATURE}\n` })).toEqual(raw);
  });

  it("finds the signature between any two headers", () => {
    const payload = payloadOf({ headers: "change-id x\n y\nencoding UTF-8\n" });
    for (const match of payload.slice(0, payload.indexOf("\n\n") + 1).matchAll(/^(?! )/gm)) {
      const folded = SIGNATURE.replaceAll("\n", "\n ");
      const raw = Buffer.from(
        `${payload.slice(0, match.index)}gpgsig ${folded}\n${payload.slice(match.index)}`,
      );
      expect(rebuildCommit(asForgeTells(raw))).toEqual(raw);
    }
  });

  it("gives nothing where the bytes do not hash to the id", () => {
    const told = asForgeTells(withSignature(payloadOf(), SIGNATURE));
    expect(rebuildCommit({ ...told, payload: told.payload.replace("Change", "Chance") })).toBeNull();
    expect(rebuildCommit({ ...told, signature: told.signature.replace("abc", "abd") })).toBeNull();
    expect(rebuildCommit({ ...told, oid: "0".repeat(40) })).toBeNull();
    expect(rebuildCommit({ ...told, oid: "main" })).toBeNull();
  });

  it("gives back only bytes that hash to the id, whatever it is told", () => {
    const text = fc.string({ unit: fc.constantFrom("\n", " ", "a", "é", "tree ", "gpgsig ") });
    fc.assert(
      fc.property(text, text, (payload, signature) => {
        const raw = withSignature(`tree x\n${payload}\n\n`, signature);
        const oid = objectId("commit", raw, "sha1");
        const rebuilt = rebuildCommit({ oid, payload, signature });
        return rebuilt === null || objectId("commit", rebuilt, "sha1") === oid;
      }),
    );
  });
});
