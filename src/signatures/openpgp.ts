/**
 * The only importer of openpgp.js. It reads certificates and verifies what their owners say about themselves;
 * signatures over commits are checked in `pgp/`, where the standard's odd but valid forms are accepted too.
 */
import * as openpgp from "openpgp";
import type { Certificate, ComponentKey, Revocation, SelfSignature, UserId } from "./pgp/certificate.js";
import { readPublicKey } from "./pgp/public-key.js";
import { readStatementPacket } from "./pgp/signature-packet.js";
import { isSignatureOver } from "./pgp/verify-math.js";

export interface CertificateReading {
  readonly certificates: readonly Certificate[];
  /** One sentence for each thing that could not be used. */
  readonly problems: readonly string[];
}

const KEY_BLOCK = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;
/** RFC 9580, section 5.2.3.31. */
const SOFT_REASONS: ReadonlySet<number> = new Set([1, 3]);

/**
 * Reads every armored public key in `text`. A block or key that cannot be used is left out and named in `problems`;
 * so is a key with a revocation of its own that does not verify, because leaving out the revocation instead would
 * trust the key more than its owner does.
 */
export async function readCertificates(text: string): Promise<CertificateReading> {
  const blocks = text.match(KEY_BLOCK) ?? [];
  const certificates: Certificate[] = [];
  const problems = blocks.length === 0 ? ["It holds no armored OpenPGP public key."] : [];
  for (const [index, armoredKeys] of blocks.entries()) {
    try {
      const keys = await openpgp.readKeys({ armoredKeys });
      for (const key of keys) certificates.push(await readCertificate(key));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      problems.push(`Public key block ${index + 1} cannot be used: ${detail}`);
    }
  }
  return { certificates, problems };
}

async function readCertificate(key: openpgp.Key): Promise<Certificate> {
  const primary = key.keyPacket;
  const subject: SignedSubject = { key: primary };
  const subkeys = await Promise.all(key.subkeys.map((subkey) => readSubkey(primary, subkey)));
  const userIds = await Promise.all(key.users.map((user) => readUser(primary, user)));
  return {
    primary: { ...readComponent(primary), bindings: [], revocations: [] },
    subkeys,
    userIds: userIds.filter((userId) => userId !== null),
    directSignatures: await selfSignatures(
      primary,
      directSignatures(key),
      [openpgp.enums.signature.key],
      subject,
    ),
    revocations: await revocations(
      primary,
      key.revocationSignatures,
      openpgp.enums.signature.keyRevocation,
      subject,
    ),
  };
}

type KeyPacket = openpgp.Key["keyPacket"] | openpgp.Subkey["keyPacket"];

/** What a self-signature is made over, in the form that openpgp.js hashes. */
interface SignedSubject {
  readonly key: KeyPacket;
  readonly bind?: KeyPacket;
  readonly userID?: openpgp.UserIDPacket;
}

async function readSubkey(primary: KeyPacket, subkey: openpgp.Subkey): Promise<ComponentKey> {
  const subject = { key: primary, bind: subkey.keyPacket };
  const { subkeyBinding, subkeyRevocation } = openpgp.enums.signature;
  const bindings = await Promise.all(
    subkey.bindingSignatures.map(async (signature) => {
      if (!(await verifies(signature, primary, subkeyBinding, subject))) return null;
      return selfSignature(signature, await isCrossSigned(signature, subkey.keyPacket, subject));
    }),
  );
  return {
    ...readComponent(subkey.keyPacket),
    bindings: bindings.filter((binding) => binding !== null),
    revocations: await revocations(primary, subkey.revocationSignatures, subkeyRevocation, subject),
  };
}

async function isCrossSigned(
  binding: openpgp.SignaturePacket,
  subkey: KeyPacket,
  subject: SignedSubject,
): Promise<boolean> {
  const confirmation = binding.embeddedSignature;
  return (
    confirmation !== null &&
    (await verifies(confirmation, subkey, openpgp.enums.signature.keyBinding, subject))
  );
}

async function readUser(primary: KeyPacket, user: openpgp.User): Promise<UserId | null> {
  if (user.userID === null) return null;
  const subject = { userID: user.userID, key: primary };
  const { certGeneric, certPersona, certCasual, certPositive, certRevocation } = openpgp.enums.signature;
  const kinds = [certGeneric, certPersona, certCasual, certPositive];
  return {
    text: user.userID.userID,
    email: emailOf(user.userID.userID),
    certifications: await selfSignatures(primary, user.selfCertifications, kinds, subject),
    revocations: await revocations(primary, user.revocationSignatures, certRevocation, subject),
  };
}

function readComponent(packet: KeyPacket): Omit<ComponentKey, "bindings" | "revocations"> {
  return {
    fingerprint: packet.getFingerprint().toUpperCase(),
    keyId: packet.getKeyID().toHex(),
    created: toSeconds(packet.created),
    material: readPublicKey(packet.write()),
  };
}

async function selfSignatures(
  primary: KeyPacket,
  signatures: readonly openpgp.SignaturePacket[],
  kinds: readonly openpgp.enums.signature[],
  subject: SignedSubject,
): Promise<SelfSignature[]> {
  const verified = await Promise.all(
    signatures.map(async (signature) => {
      const kind = kinds.find((candidate) => candidate === signature.signatureType);
      const good = kind !== undefined && (await verifies(signature, primary, kind, subject));
      return good ? selfSignature(signature, false) : null;
    }),
  );
  return verified.filter((signature) => signature !== null);
}

/** The revocations by the key itself. One that does not verify makes the whole key unusable. */
async function revocations(
  primary: KeyPacket,
  signatures: readonly openpgp.SignaturePacket[],
  kind: openpgp.enums.signature,
  subject: SignedSubject,
): Promise<Revocation[]> {
  const own = signatures.filter(({ issuerKeyID }) => issuerKeyID.equals(primary.getKeyID()));
  return await Promise.all(
    own.map(async (signature) => {
      const good = await verifies(signature, primary, kind, subject);
      if (!good) throw new Error("it holds a revocation that does not verify");
      const { created, reasonForRevocationFlag } = signature;
      const soft = reasonForRevocationFlag !== null && SOFT_REASONS.has(reasonForRevocationFlag);
      return { created: toSeconds(created), soft };
    }),
  );
}

/** Whether a statement about a key verifies, its age aside: times are judged per signature in `certificate.ts`. */
async function verifies(
  signature: openpgp.SignaturePacket,
  by: KeyPacket,
  kind: openpgp.enums.signature,
  subject: SignedSubject,
): Promise<boolean> {
  if (signature.signatureType !== kind || signature.created === null) return false;
  try {
    // The library compares the date with the statement's own times, and would take the machine's clock without one.
    await signature.verify(by, kind, subject, signature.created, false, openpgp.config);
    return true;
  } catch {
    return verifiesBelowLibrary(signature, by, subject);
  }
}

/** openpgp.js in Node lacks these curves (it looks for a module that is not published), so their keys are done here. */
const CURVES_LACKING = /^(?:brainpool|secp256k1)/;

function verifiesBelowLibrary(
  signature: openpgp.SignaturePacket,
  by: KeyPacket,
  subject: SignedSubject,
): boolean {
  const material = readPublicKey(by.write());
  const lacking =
    material.kind === "ecdsa" && CURVES_LACKING.test(material.key.asymmetricKeyDetails?.namedCurve ?? "");
  if (!lacking) return false;
  try {
    const statement = readStatementPacket(signature.write());
    return isSignatureOver(hashedForm(subject), statement, material);
  } catch {
    return false;
  }
}

/** The bytes a statement about a key covers (RFC 9580, section 5.2.4). */
function hashedForm({ key, bind, userID }: SignedSubject): Uint8Array {
  const keys = [key, ...(bind === undefined ? [] : [bind])].map((packet) => {
    const body = packet.write();
    return packet.version === 6 ? prefixed(0x9b, 4, body) : prefixed(0x99, 2, body);
  });
  return Buffer.concat(userID === undefined ? keys : [...keys, prefixed(0xb4, 4, userID.write())]);
}

function prefixed(tag: number, lengthSize: 2 | 4, body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(1 + lengthSize, tag);
  prefix.writeUIntBE(body.length, 1, lengthSize);
  return Buffer.concat([prefix, body]);
}

function selfSignature(signature: openpgp.SignaturePacket, crossSigned: boolean): SelfSignature {
  const created = toSeconds(signature.created);
  const { signatureExpirationTime, signatureNeverExpires, keyExpirationTime, keyNeverExpires } = signature;
  const lapses =
    signatureNeverExpires || signatureExpirationTime === null ? null : created + signatureExpirationTime;
  const keyLifetime = keyNeverExpires === false ? keyExpirationTime : null;
  return { created, lapses, keyLifetime, keyFlags: signature.keyFlags?.[0] ?? null, crossSigned };
}

const toSeconds = (date: Date | null): number => Math.floor((date?.getTime() ?? 0) / 1000);

/** The address in `Name <address>`, or the whole user id where it is an address; anything else is not guessed at. */
export function emailOf(userId: string): string | null {
  const match = /^[^<>]*<([^<>\s@]+@[^<>\s@]+)>$/.exec(userId) ?? /^([^<>\s@]+@[^<>\s@]+)$/.exec(userId);
  return match?.[1] ?? null;
}

/** The declared type leaves out `directSignatures`, which every key of the library has. */
function directSignatures(key: openpgp.Key): openpgp.SignaturePacket[] {
  const list: unknown = Reflect.get(key, "directSignatures");
  return Array.isArray(list) ? list.filter((item) => item instanceof openpgp.SignaturePacket) : [];
}
