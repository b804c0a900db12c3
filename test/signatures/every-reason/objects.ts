/** What is found of an object before its signature's format matters. */
import { verifyObject, type ReasonCode } from "../../../src/signatures/index.js";
import {
  ALICE,
  NOW,
  gpgCommit,
  gpgSign,
  payloadOf,
  sshCommit,
  trustIn,
  verifyRaw,
  withSignature,
} from "../support.js";
import type { Case, Cases } from "./case.js";

/** A commit with this in place of a signature, or these headers beside a real one. */
const signedAs =
  (signature: string): Case =>
  async () =>
    verifyRaw(withSignature(payloadOf(), signature), await trustIn({}));

const changed =
  (change: (raw: string) => string): Case =>
  async (keyring) => {
    const key = await keyring.gpgKey(ALICE);
    const raw = (await gpgCommit(keyring, key)).toString("latin1");
    return verifyRaw(Buffer.from(change(raw), "latin1"), await trustIn({ keyring: [key.publicKey] }));
  };

/** Signed as it is, so that only what stands in the object is wrong. */
const signedOver =
  (change: (payload: string) => string): Case =>
  async (keyring) => {
    const key = await keyring.gpgKey(ALICE);
    const payload = change(payloadOf());
    const raw = withSignature(payload, await gpgSign(keyring, key, payload));
    return verifyRaw(raw, await trustIn({ keyring: [key.publicKey] }));
  };

export const OBJECTS = {
  unsigned: { "a plain commit": async () => verifyRaw(Buffer.from(payloadOf()), await trustIn({})) },
  "oid-mismatch": {
    "an id of other bytes": async () =>
      verifyObject(
        { type: "commit", oid: "0".repeat(40), raw: Buffer.from(payloadOf()) },
        await trustIn({}),
        NOW,
      ),
  },
  "object-malformed": {
    "no tree": signedOver((payload) => payload.slice(payload.indexOf("author"))),
    "a committer without a time": signedOver((payload) => payload.replace(/(committer .*>) .*/, "$1")),
  },
  "duplicate-header": {
    "a second committer": signedOver((payload) => payload.replace(/committer .*\n/, "$&$&")),
  },
  "nul-in-header": {
    "a NUL in the author's name": signedOver((payload) => payload.replace("author A", "author \0")),
  },
  "multiple-signatures": {
    "two headers": changed((raw) => raw.replace(/gpgsig [\s\S]*?END PGP SIGNATURE-----\n/, "$&$&")),
    "two armors": changed((raw) => raw.replace(/-----BEGIN[\s\S]*?END PGP SIGNATURE-----\n/, "$& $&")),
    "two packets": async (keyring) => {
      const [key, other] = [await keyring.gpgKey(ALICE), await keyring.gpgKey(ALICE)];
      const raw = await gpgCommit(keyring, key, { args: ["--local-user", other.fingerprint] });
      return verifyRaw(raw, await trustIn({ keyring: [key.publicKey, other.publicKey] }));
    },
  },
  "unknown-signature-header": {
    "a header of no known name": changed((raw) => raw.replace("gpgsig ", "gpgsigx y\n$&")),
  },
  "signature-format-unknown": { "text instead of armor": signedAs("signed: Alice\n") },
  "internal-error": {
    "keys that fail while they are read": async (keyring) => {
      const key = await keyring.sshKey();
      const trust = await trustIn({ allowedSigners: `${ALICE.email} ${key.publicKey}` });
      const ssh = new Map(trust.ssh);
      ssh.get = () => {
        throw new Error("unforeseen");
      };
      return verifyRaw(await sshCommit(keyring, key), { ...trust, ssh });
    },
  },
} as const satisfies Partial<Cases<ReasonCode>>;
