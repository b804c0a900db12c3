/** Keys as we read them beside the same keys as openpgp.js reads and verifies them, wherever it can. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as openpgp from "openpgp";
import { readCertificates } from "../../../src/signatures/openpgp.js";
import { emailsOf, judgeKey, type Certificate } from "../../../src/signatures/pgp/certificate.js";
import { createKeyring, KEYS_MADE_AT, type Keyring } from "../../support/signing.js";
import { ALICE, NOW, SIGNED_AT } from "../support.js";
import { seconds } from "./crafted.js";

let keyring: Keyring;
beforeAll(async () => {
  keyring = await createKeyring();
});
afterAll(async () => {
  await keyring.dispose();
});

/** Everything the library checks must be checked with its clock at `SIGNED_AT`, and old keys let in. */
const config = { ...openpgp.config, minRSABits: 1024 };

interface Account {
  readonly fingerprints: readonly string[];
  readonly emails: readonly string[];
  readonly maySign: readonly boolean[];
}

async function byLibrary(armoredKey: string): Promise<Account> {
  const key = await openpgp.readKey({ armoredKey, config });
  const users = await key.verifyAllUsers(undefined, SIGNED_AT, config);
  const signs = async (id: openpgp.KeyID): Promise<boolean> =>
    await key.getSigningKey(id, SIGNED_AT, undefined, config).then(
      () => true,
      () => false,
    );
  return {
    fingerprints: key.getKeys().map((one) => one.getFingerprint().toUpperCase()),
    emails: users
      .filter(({ valid }) => valid === true)
      .map(({ userID }) => /<(.*)>/.exec(userID)?.[1] ?? userID)
      .toSorted(),
    maySign: await Promise.all(key.getKeys().map(async (one) => await signs(one.getKeyID()))),
  };
}

function byUs(certificate: Certificate): Account {
  const keys = [certificate.primary, ...certificate.subkeys];
  const at = seconds(SIGNED_AT);
  const signs = (key: (typeof keys)[number]): boolean => {
    try {
      return key.material.kind !== "unsupported" && judgeKey(certificate, key, at, at).reason === "good";
    } catch {
      return false;
    }
  };
  return {
    fingerprints: keys.map(({ fingerprint }) => fingerprint),
    emails: emailsOf(certificate, at).toSorted(),
    maySign: keys.map(signs),
  };
}

async function agree(armoredKey: string): Promise<Account> {
  const { certificates, problems } = await readCertificates(armoredKey);
  expect(problems).toEqual([]);
  const [certificate] = certificates;
  if (certificate === undefined) throw new Error("no certificate was read");
  const ours = byUs(certificate);
  expect(ours).toEqual(await byLibrary(armoredKey));
  return ours;
}

describe("our reading and the library's", () => {
  it.each(["rsa2048", "rsa1024", "ed25519", "nistp256", "nistp384", "nistp521"])(
    "are one for %s by gpg, with subkeys, user ids, and ends",
    async (algo) => {
      const key = await keyring.gpgKey({ ...ALICE, algo });
      // Each a day after the other: gpg makes no two statements of one time.
      let day = 0;
      const change = async (...args: string[]): Promise<void> => {
        day += 1;
        await keyring.gpg(args, { at: new Date(Date.UTC(2021, 0, day)) });
      };
      await change("--quick-add-uid", key.fingerprint, "Alice <second@a.example>");
      await change("--quick-add-uid", key.fingerprint, "Alice <third@a.example>");
      await change("--quick-revoke-uid", key.fingerprint, "Alice <third@a.example>");
      await change("--quick-add-key", key.fingerprint, "ed25519", "sign", "never");
      await change("--quick-add-key", key.fingerprint, "rsa2048", "sign", "2022-01-01");
      await change("--quick-add-key", key.fingerprint, "cv25519", "encr", "never");
      const before = await agree((await keyring.gpgKeyOf(key.fingerprint)).publicKey);
      expect([before.emails.length, before.maySign]).toEqual([2, [true, true, false, false]]);
      await change("--quick-set-expire", key.fingerprint, "2023-01-01");
      const after = await agree((await keyring.gpgKeyOf(key.fingerprint)).publicKey);
      expect(after.maySign).toEqual([false, false, false, false]);
    },
  );

  it.each([
    ["curve25519", true],
    ["curve25519", false],
    ["curve448", true],
    ["curve448", false],
    ["rsa", true],
    ["rsa", false],
  ] as const)("are one for %s by the library, version 6: %s", async (type, v6Keys) => {
    const { publicKey } = await openpgp.generateKey({
      type,
      rsaBits: 2048,
      userIDs: [ALICE, { name: "Alice", email: "second@a.example" }],
      subkeys: [{ sign: true }, { sign: false }],
      date: KEYS_MADE_AT,
      keyExpirationTime: (NOW.getTime() - KEYS_MADE_AT.getTime()) / 1000,
      format: "object",
      config: { v6Keys },
    });
    const { maySign } = await agree(publicKey.armor());
    expect(maySign).toEqual([true, true, false]);
  });
});
