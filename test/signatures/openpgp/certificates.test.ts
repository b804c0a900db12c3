/** What owners say of their keys, each case also asked of real gpg where gpg can read the key. */
import { describe, expect, it } from "@jest/globals";
import { ALICE, NOW, SIGNED_AT, payloadOf, trustIn, verifyRaw, withSignature } from "../support.js";
import {
  armoredKey,
  craftKey,
  issuerFingerprint,
  KEYS_MADE,
  keyFlags,
  keyLifetime,
  keyPacket,
  overKey,
  overUserId,
  packet,
  reasonFor,
  seconds,
  signatureLifetime,
  signatureOver,
  subkeyPackets,
  subkeyRevocation,
  subpacket,
  uint,
  userIdPacket,
  type CraftedKey,
  type SignatureOptions,
} from "./crafted.js";
import { gpgSays } from "./gpg-says.js";

const USER_ID = `Alice <${ALICE.email}>`;
const YEAR = 365 * 86_400;
const [LATER, MUCH_LATER] = [KEYS_MADE + YEAR, KEYS_MADE + 2 * YEAR];

const primary = craftKey();
const subkey = craftKey();
const stranger = craftKey();

/** A key with one user id, and `more` after it. */
const usualKey = (...more: readonly Buffer[]): string => certifiedBy([{}], [], ...more);

/** A key with `direct` statements, and a user id with one certification for each of `certifications`. */
const certifiedBy = (
  certifications: readonly SignatureOptions[],
  direct: readonly Buffer[] = [],
  ...more: readonly Buffer[]
): string =>
  armoredKey(
    keyPacket(primary),
    ...direct,
    userIdPacket(USER_ID),
    ...certifications.map((options) => overUserId(primary, USER_ID, options)),
    ...more,
  );

interface Case {
  readonly publicKey: string;
  readonly by?: CraftedKey;
  readonly signedAt?: number;
  readonly reason: string;
  /** gpg's answer with its clock at the signature's time; left out where it differs for a reason given there. */
  readonly gpg?: string;
}

const cases: Readonly<Record<string, () => Case>> = {
  "a usual key": () => ({ publicKey: usualKey(), reason: "good", gpg: "GOODSIG" }),
  "a user id that nobody certified": () => ({
    publicKey: armoredKey(keyPacket(primary), userIdPacket(USER_ID)),
    reason: "key-not-for-signing",
  }),
  "a direct-key signature and no user id": () => ({
    publicKey: armoredKey(keyPacket(primary), overKey(primary, 0x1f)),
    reason: "good",
  }),
  "a self-signature of version 3": () => ({
    publicKey: certifiedBy([{ version: 3 }]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a self-signature with SHA-1": () => ({
    publicKey: certifiedBy([{ digest: "sha1" }]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a self-signature with MD5": () => ({
    publicKey: certifiedBy([{ digest: "md5" }]),
    reason: "key-not-for-signing",
  }),
  "a self-signature older than the key": () => ({
    publicKey: certifiedBy([{ created: KEYS_MADE - 1 }]),
    reason: "key-not-for-signing",
  }),
  "a self-signature that demands what nobody knows": () => ({
    publicKey: certifiedBy([{ more: [subpacket(0x80 | 99, Buffer.from("x"))] }]),
    reason: "key-not-for-signing",
  }),
  "subpackets that nobody knows, not critical": () => ({
    publicKey: certifiedBy([{ more: [subpacket(99, Buffer.from("x")), subpacket(101, uint(1, 4))] }]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "flags that do not let it sign": () => ({
    publicKey: certifiedBy([{ more: [keyFlags(1)] }]),
    reason: "key-not-for-signing",
    gpg: "ERRSIG",
  }),
  "flags of a direct-key signature before those of a user id": () => ({
    publicKey: certifiedBy(
      [{ created: LATER, more: [keyFlags(3)] }],
      [overKey(primary, 0x1f, { more: [keyFlags(1)] })],
    ),
    reason: "key-not-for-signing",
    gpg: "ERRSIG",
  }),
  "an expiry": () => ({
    publicKey: certifiedBy([{ more: [keyLifetime(YEAR)] }]),
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "an expiry that is renewed later": () => ({
    publicKey: certifiedBy([
      { created: LATER, more: [keyLifetime(10 * YEAR)] },
      { more: [keyLifetime(YEAR)] },
    ]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "an expiry that is taken back": () => ({
    publicKey: certifiedBy([{ more: [keyLifetime(YEAR)] }, { created: LATER }]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "an expiry in the direct-key signature, none in a newer user id": () => ({
    publicKey: certifiedBy([{ created: LATER }], [overKey(primary, 0x1f, { more: [keyLifetime(YEAR)] })]),
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "a later expiry in a user id than in the direct-key signature": () => ({
    publicKey: certifiedBy(
      [{ created: LATER, more: [keyLifetime(10 * YEAR)] }],
      [overKey(primary, 0x1f, { more: [keyLifetime(YEAR)] })],
    ),
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "an expiry in a user id, none in the direct-key signature": () => ({
    publicKey: certifiedBy([{ more: [keyLifetime(YEAR)] }], [overKey(primary, 0x1f, { created: LATER })]),
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "two user ids, the newer without the expiry of the older": () => ({
    publicKey: usualKey(
      userIdPacket("Alice <other@a.example>"),
      overUserId(primary, "Alice <other@a.example>", {
        created: KEYS_MADE - 0,
        more: [keyLifetime(YEAR)],
      }),
      userIdPacket("Alice <third@a.example>"),
      overUserId(primary, "Alice <third@a.example>", { created: LATER }),
    ),
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "an expiry in a revoked user id only": () => ({
    publicKey: usualKey(
      userIdPacket("Alice <other@a.example>"),
      overUserId(primary, "Alice <other@a.example>", { more: [keyLifetime(YEAR)] }),
      overUserId(primary, "Alice <other@a.example>", { created: LATER, type: 0x30 }),
    ),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a photograph, certified": () => ({
    publicKey: usualKey(packet(17, Buffer.from("0301ff", "hex")), overUserId(primary, "not over it")),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a statement that has lapsed beside one that has not": () => ({
    publicKey: certifiedBy([{}, { created: LATER, more: [signatureLifetime(YEAR), keyFlags(1)] }]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a direct-key signature that has lapsed, with other flags": () => ({
    publicKey: certifiedBy(
      [{}],
      [overKey(primary, 0x1f, { created: LATER, more: [signatureLifetime(YEAR), keyFlags(1)] })],
    ),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a statement that has lapsed, and no other": () => ({
    publicKey: certifiedBy([{ more: [signatureLifetime(YEAR)] }]),
    reason: "key-expired",
  }),
  "a signing subkey that confirms its primary key": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey)),
    by: subkey,
    reason: "good",
    gpg: "GOODSIG",
  }),
  "the same with the confirmation in the signed area": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey, { confirmedIn: "hashed" })),
    by: subkey,
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a subkey that confirms nothing": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey, { confirmedBy: null })),
    by: subkey,
    reason: "key-not-for-signing",
    gpg: "ERRSIG",
  }),
  "a subkey confirmed by somebody else": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey, { confirmedBy: stranger })),
    by: subkey,
    reason: "key-not-for-signing",
    gpg: "ERRSIG",
  }),
  "a subkey confirmed with MD5": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey, { confirmation: { digest: "md5" } })),
    by: subkey,
    reason: "key-not-for-signing",
  }),
  "a subkey for encryption": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey, { more: [keyFlags(12)] })),
    by: subkey,
    reason: "key-not-for-signing",
    gpg: "ERRSIG",
  }),
  "a subkey that has expired": () => ({
    publicKey: usualKey(subkeyPackets(primary, subkey, { more: [keyFlags(2), keyLifetime(YEAR)] })),
    by: subkey,
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "a subkey whose primary key has expired": () => ({
    publicKey: certifiedBy([{ more: [keyLifetime(YEAR)] }], [], subkeyPackets(primary, subkey)),
    by: subkey,
    reason: "key-expired",
    gpg: "EXPKEYSIG",
  }),
  "a subkey bound by somebody else": () => ({
    publicKey: usualKey(subkeyPackets(stranger, subkey)),
    by: subkey,
    reason: "key-not-for-signing",
  }),
  "a revoked subkey": () => ({
    publicKey: usualKey(
      subkeyPackets(primary, subkey),
      subkeyRevocation(primary, subkey, { created: LATER }),
    ),
    by: subkey,
    reason: "key-revoked",
    gpg: "REVKEYSIG",
  }),
  "the primary key beside a revoked subkey": () => ({
    publicKey: usualKey(
      subkeyPackets(primary, subkey),
      subkeyRevocation(primary, subkey, { created: LATER }),
    ),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a revocation without a reason": () => ({
    publicKey: certifiedBy([{}], [overKey(primary, 0x20, { created: seconds(SIGNED_AT) + YEAR })]),
    reason: "key-revoked",
    gpg: "REVKEYSIG",
  }),
  "a revocation that stands after the user ids": () => ({
    publicKey: usualKey(overKey(primary, 0x20)),
    reason: "key-revoked",
  }),
  "a revocation with MD5": () => ({
    publicKey: certifiedBy([{}], [overKey(primary, 0x20, { digest: "md5" })]),
    reason: "key-revoked",
  }),
  "a revocation of version 3": () => ({
    publicKey: certifiedBy([{}], [overKey(primary, 0x20, { version: 3 })]),
    reason: "key-revoked",
    gpg: "REVKEYSIG",
  }),
  "retired after the signature": () => ({
    publicKey: certifiedBy(
      [{}],
      [overKey(primary, 0x20, { created: seconds(SIGNED_AT) + YEAR, more: [reasonFor(3)] })],
    ),
    reason: "good-key-retired-since",
  }),
  "retired before the signature": () => ({
    publicKey: certifiedBy([{}], [overKey(primary, 0x20, { created: LATER, more: [reasonFor(3)] })]),
    reason: "key-revoked",
    gpg: "REVKEYSIG",
  }),
  "a revocation by a stranger under his own name": () => ({
    publicKey: certifiedBy([{}], [overKey(primary, 0x20, {}, stranger)]),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a revocation by a stranger in the owner's name": () => ({
    publicKey: certifiedBy(
      [{}],
      [
        overKey(
          primary,
          0x20,
          { hashed: [subpacket(2, uint(LATER, 4)), issuerFingerprint(primary)] },
          stranger,
        ),
      ],
    ),
    // The key is not used at all; gpg takes such a revocation away and trusts the key.
    reason: "unknown-key",
  }),
  "a revocation that nobody can read": () => ({
    publicKey: certifiedBy([{}], [packet(2, Buffer.from([5, 0x20, 22, 10, 0, 0]))]),
    reason: "unknown-key",
  }),
  "a revocation by someone whom the owner named as a revoker": () => ({
    publicKey: certifiedBy(
      [{}],
      [
        overKey(primary, 0x1f, {
          more: [subpacket(12, Buffer.from(`8016${stranger.fingerprint}`, "hex"))],
        }),
        overKey(primary, 0x20, { more: [subpacket(16, Buffer.from(stranger.keyId, "hex"))] }, stranger),
      ],
    ),
    // Not used at all, as the revoker's key is not there to ask; gpg warns.
    reason: "unknown-key",
  }),
  "packets that nobody knows, not critical": () => ({
    publicKey: usualKey(packet(61, Buffer.from("comment")), packet(12, Buffer.from([0]))),
    reason: "good",
    gpg: "GOODSIG",
  }),
  "a critical packet that nobody knows": () => ({
    publicKey: usualKey(packet(30, Buffer.from("x"))),
    reason: "unknown-key",
  }),
};

describe("what owners say of their keys", () => {
  it.each(Object.entries(cases))("%s", async (_, make) => {
    const { publicKey, by = primary, signedAt = seconds(SIGNED_AT), reason, gpg } = make();
    const signature = signatureOver(by, payloadOf(), { created: signedAt });
    const verdict = verifyRaw(withSignature(payloadOf(), signature), await trustIn({ keyring: [publicKey] }));
    const said = gpg === undefined ? gpg : await gpgSays(publicKey, signature, payloadOf(), SIGNED_AT);
    expect({ reason: verdict.reason, gpg: said }).toEqual({ reason, gpg });
  });

  it.each(["rsa", "nistp256", "ed25519-legacy", "ed25519", "ed448"] as const)(
    "of version 6 are read for %s, and mix with no other version",
    async (kind) => {
      const key = craftKey(kind, { version: 6 });
      const certificate = (options = {}): string =>
        armoredKey(
          keyPacket(key),
          overKey(key, 0x1f, options),
          userIdPacket(USER_ID),
          overUserId(key, USER_ID),
        );
      const sign = (options = {}): Buffer =>
        withSignature(payloadOf(), signatureOver(key, payloadOf(), options));
      const trust = await trustIn({ keyring: [certificate()] });
      expect(trust.problems).toEqual([]);
      expect(verifyRaw(sign(), trust)).toMatchObject({ reason: "good", identity: "committer" });
      const issuer = subpacket(16, Buffer.from(key.keyId, "hex"));
      const hashed = [subpacket(2, uint(seconds(SIGNED_AT), 4)), issuer];
      expect(verifyRaw(sign({ version: 4, hashed }), trust).reason).toBe("unknown-key");
      const old = armoredKey(
        keyPacket(key),
        userIdPacket(USER_ID),
        overUserId(key, USER_ID, { version: 4, hashed: [subpacket(2, uint(KEYS_MADE, 4)), issuer] }),
      );
      expect(verifyRaw(sign(), await trustIn({ keyring: [old] })).reason).toBe("key-not-for-signing");
    },
  );

  it("count at evaluation as they stand then", async () => {
    const publicKey = armoredKey(
      keyPacket(primary),
      userIdPacket(USER_ID),
      overUserId(primary, USER_ID, { more: [signatureLifetime(5 * YEAR)] }),
    );
    const raw = withSignature(payloadOf(), signatureOver(primary, payloadOf()));
    const trust = await trustIn({ keyring: [publicKey] });
    expect(verifyRaw(raw, trust, { at: SIGNED_AT })).toMatchObject({ reason: "good", identity: "committer" });
    expect(verifyRaw(raw, trust, { at: NOW })).toMatchObject({
      reason: "good-key-expired-since",
      identity: "other",
    });
    expect(MUCH_LATER).toBeLessThan(seconds(SIGNED_AT));
  });
});
