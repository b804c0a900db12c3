import { STRICT_RULES, WEAKNESSES, type ReasonCode } from "../../../src/signatures/index.js";
import type { GpgKeyOptions } from "../../support/signing.js";
import {
  armoredKey,
  craftKey,
  keyPacket,
  overUserId,
  seconds,
  signatureOver,
  subpacket,
  uint,
  userIdPacket,
} from "../openpgp/crafted.js";
import { issuerFingerprint, type SignatureOptions } from "../openpgp/crafted.js";
import {
  ALICE,
  SIGNED_AT,
  gpgCommit,
  gpgSign,
  payloadOf,
  revoke,
  trustIn,
  verifyRaw,
  withSignature,
} from "../support.js";
import type { RawOptions, RevocationReason } from "../support.js";
import type { Case, Cases } from "./case.js";

interface Signing {
  readonly key?: Partial<GpgKeyOptions>;
  readonly args?: readonly string[];
  readonly revokedKeys?: string;
  readonly verify?: RawOptions;
}

/** A commit by real gpg, under a keyring with its key. */
const byGpg =
  ({ key: options = {}, args = [], revokedKeys = "", verify = {} }: Signing = {}): Case =>
  async (keyring) => {
    const key = await keyring.gpgKey({ ...ALICE, ...options });
    const raw = await gpgCommit(keyring, key, { args });
    const listed = revokedKeys.replace("KEY", key.fingerprint);
    return verifyRaw(raw, await trustIn({ keyring: [key.publicKey], revokedKeys: listed }), verify);
  };

const afterRevocation =
  (reason: RevocationReason): Case =>
  async (keyring) => {
    const key = await keyring.gpgKey(ALICE);
    const raw = await gpgCommit(keyring, key);
    const revoked = await revoke(keyring, key, reason, new Date("2024-06-01T00:00:00Z"));
    return verifyRaw(raw, await trustIn({ keyring: [revoked.publicKey] }));
  };

/** The key's newest copy is the one before it was renewed: gpg itself signs with no expired key. */
const expiredBefore: Case = async (keyring) => {
  const key = await keyring.gpgKey({ ...ALICE, expires: "2022-01-01" });
  await keyring.gpg(["--quick-set-expire", key.fingerprint, "0"], { at: new Date("2021-12-01T00:00:00Z") });
  return verifyRaw(await gpgCommit(keyring, key), await trustIn({ keyring: [key.publicKey] }));
};

const withoutSigningFlag: Case = async (keyring) => {
  const key = await keyring.gpgKey(ALICE);
  const raw = await gpgCommit(keyring, key);
  const change = ["--no-batch", "--command-fd", "0", "--status-fd", "2", "--edit-key", key.fingerprint];
  await keyring.gpg(change, { input: "change-usage\nS\nQ\nsave\n", at: new Date("2020-06-01T00:00:00Z") });
  return verifyRaw(raw, await trustIn({ keyring: [(await keyring.gpgKeyOf(key.fingerprint)).publicKey] }));
};

/** What gpg would not write, by a key made here. */
const crafted =
  (options: (by: ReturnType<typeof craftKey>) => SignatureOptions): Case =>
  async () => {
    const key = craftKey();
    const userId = `Alice <${ALICE.email}>`;
    const keyring = [armoredKey(keyPacket(key), userIdPacket(userId), overUserId(key, userId))];
    const raw = withSignature(payloadOf(), signatureOver(key, payloadOf(), options(key)));
    return verifyRaw(raw, await trustIn({ keyring }));
  };

const WEAK_DIGEST = ["--digest-algo", "SHA1", "--allow-weak-digest-algos"];
const HISTORY = { ...STRICT_RULES, legacy: { allow: WEAKNESSES, signedBefore: Infinity } };

export const OPENPGP = {
  good: { gpg: byGpg() },
  "good-key-expired-since": { gpg: byGpg({ key: { expires: "2025-01-01" } }) },
  "good-key-retired-since": {
    superseded: afterRevocation("superseded"),
    retired: afterRevocation("retired"),
  },
  "good-weak-algorithm": { "SHA-1 by gpg": byGpg({ args: WEAK_DIGEST, verify: { rules: HISTORY } }) },
  "unknown-key": {
    gpg: async (keyring) =>
      verifyRaw(await gpgCommit(keyring, await keyring.gpgKey(ALICE)), await trustIn({})),
  },
  "signature-malformed": {
    "a wrong checksum": async (keyring) => {
      const key = await keyring.gpgKey(ALICE);
      const armor = (await gpgSign(keyring, key, payloadOf())).replace(/\n=..../, "\n=AAAA");
      return verifyRaw(withSignature(payloadOf(), armor), await trustIn({ keyring: [key.publicKey] }));
    },
  },
  "signature-invalid": {
    "of another commit": async (keyring) => {
      const key = await keyring.gpgKey(ALICE);
      const raw = withSignature(payloadOf({ message: "Other\n" }), await gpgSign(keyring, key, payloadOf()));
      return verifyRaw(raw, await trustIn({ keyring: [key.publicKey] }));
    },
  },
  "signature-type": {
    standalone: crafted(() => ({ type: 2 })),
    "over a user id": crafted(() => ({ type: 0x13 })),
  },
  "signature-without-time": { crafted: crafted((key) => ({ hashed: [issuerFingerprint(key)] })) },
  "signature-without-issuer": {
    crafted: crafted(() => ({ hashed: [subpacket(2, uint(seconds(SIGNED_AT), 4))] })),
  },
  "signature-expired": { gpg: byGpg({ args: ["--default-sig-expire", "30d"] }) },
  "signed-in-future": { gpg: byGpg({ verify: { at: new Date(SIGNED_AT.getTime() - 660_000) } }) },
  "critical-subpacket-unknown": {
    "a critical notation": byGpg({ args: ["--sig-notation", "!note@a.example=1"] }),
  },
  "weak-digest": {
    "SHA-1": byGpg({ args: WEAK_DIGEST }),
    "RIPEMD-160": byGpg({ args: ["--digest-algo", "RIPEMD160", "--allow-weak-digest-algos"] }),
  },
  "weak-key": {
    "RSA of 1024 bits": byGpg({ key: { algo: "rsa1024" } }),
    "DSA of 1024 bits": byGpg({ key: { algo: "dsa1024" }, args: ["--digest-algo", "SHA256"] }),
    "DSA, where the policy refuses it": byGpg({
      key: { algo: "dsa2048" },
      args: ["--digest-algo", "SHA256"],
      verify: { rules: { ...STRICT_RULES, dsa: "refuse" } },
    }),
  },
  "key-expired": { gpg: expiredBefore },
  "key-not-yet-valid": {
    gpg: byGpg({ key: { madeAt: new Date("2024-06-01T00:00:00Z") }, args: ["--ignore-time-conflict"] }),
  },
  "key-revoked": { compromised: afterRevocation("compromised"), "without a reason": afterRevocation("none") },
  "key-listed-as-revoked": { "by fingerprint": byGpg({ revokedKeys: "KEY" }) },
  "key-not-for-signing": { "its flag taken away": withoutSigningFlag },
  "revocations-unreadable": { "a line that is none": byGpg({ revokedKeys: "the key of Mallory" }) },
} as const satisfies Partial<Cases<ReasonCode>>;
