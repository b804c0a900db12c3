/** For every reason code at least one object that is judged with it, made by real tools where those can make it. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { REASONS } from "../../../src/signatures/index.js";
import { createKeyring, type Keyring } from "../../support/signing.js";
import type { Case } from "./case.js";
import { OBJECTS } from "./objects.js";
import { OPENPGP } from "./openpgp.js";
import { SSH } from "./ssh.js";
import { X509 } from "./x509.js";

const GROUPS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Case>>>>>> = {
  object: OBJECTS,
  OpenPGP: OPENPGP,
  SSH,
  "X.509": X509,
};
const cases = Object.entries(GROUPS).flatMap(([group, reasons]) =>
  Object.entries(reasons).flatMap(([reason, ways]) =>
    Object.entries(ways).map(([way, make]) => ({ reason, way: `${group}, ${way}`, make })),
  ),
);

let keyring: Keyring;
beforeAll(async () => {
  keyring = await createKeyring();
});
afterAll(async () => {
  await keyring.dispose();
});

describe("reasons", () => {
  it.each(cases)("$reason: $way", async ({ reason, make }) => {
    const verdict = await make(keyring);
    expect(verdict.reason).toBe(reason);
    expect(verdict.verdict).toBe(Object.entries(REASONS).find(([code]) => code === reason)?.[1].verdict);
    // Only a good verdict says whose signature it is.
    expect(verdict.identity === null).toBe(verdict.verdict !== "good");
  });

  it("are each found by some case", () => {
    const found = new Set(cases.map(({ reason }) => reason));
    expect(Object.keys(REASONS).filter((code) => !found.has(code))).toEqual([]);
  });
});
