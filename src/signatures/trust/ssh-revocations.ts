import { hash } from "node:crypto";
import { fingerprintOf, type SshCertificate } from "../openssh/certificate.js";
import { plainFingerprint } from "../openssh/wire.js";

/** Serial numbers from `first` to `last`, both included. */
export interface SerialRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** Bit `n` of `bits`, read as one big-endian number, stands for the serial number `offset + n`. */
export interface SerialBitmap {
  readonly offset: bigint;
  readonly bits: Uint8Array;
}

interface RevokedCertificates {
  /** In ascending order. */
  readonly serials: BigUint64Array;
  /** In ascending order, none touching another. */
  readonly ranges: readonly SerialRange[];
  readonly bitmaps: readonly SerialBitmap[];
  readonly keyIds: ReadonlySet<string>;
}

/** What is revoked of SSH. Plain data, so that it can be handed to other threads. */
export interface SshRevocations {
  /** `SHA256:…` of plain keys. */
  readonly keys: ReadonlySet<string>;
  /** SHA-1 of plain keys in base64: an old way of listing them. */
  readonly sha1: ReadonlySet<string>;
  /** By the authority's `SHA256:…`, or `ANY_AUTHORITY`. */
  readonly certificates: ReadonlyMap<string, RevokedCertificates>;
}

/** Revokes certificates of whatever authority. */
export const ANY_AUTHORITY = "";

interface Draft {
  readonly serials: bigint[];
  readonly ranges: SerialRange[];
  readonly bitmaps: SerialBitmap[];
  readonly keyIds: Set<string>;
}

/** Gathers revocations. Authorities are wire-format keys; `null` stands for all of them. */
export class SshRevocationsBuilder {
  readonly #keys = new Set<string>();
  readonly #sha1 = new Set<string>();
  readonly #certificates = new Map<string, Draft>();

  /** A key in wire format; of a certificate, the key in it. Refuses certificates that cannot be read. */
  revokeKey(publicKey: Uint8Array): void {
    this.#keys.add(fingerprintOf(publicKey));
  }

  /** `SHA256:` and unpadded base64. */
  revokeFingerprint(fingerprint: string): void {
    this.#keys.add(fingerprint);
  }

  revokeSha1(digest: Uint8Array): void {
    this.#sha1.add(Buffer.from(digest).toString("base64"));
  }

  revokeSerial(authority: Uint8Array | null, serial: bigint): void {
    this.#draft(authority).serials.push(serial);
  }

  revokeRange(authority: Uint8Array | null, range: SerialRange): void {
    this.#draft(authority).ranges.push(range);
  }

  revokeBitmap(authority: Uint8Array | null, bitmap: SerialBitmap): void {
    this.#draft(authority).bitmaps.push(bitmap);
  }

  /** One character a byte. */
  revokeKeyId(authority: Uint8Array | null, keyId: string): void {
    this.#draft(authority).keyIds.add(keyId);
  }

  build(): SshRevocations {
    const certificates = [...this.#certificates].map(
      ([authority, draft]) => [authority, settle(draft)] as const,
    );
    return { keys: this.#keys, sha1: this.#sha1, certificates: new Map(certificates) };
  }

  #draft(authority: Uint8Array | null): Draft {
    const name = authority === null ? ANY_AUTHORITY : fingerprintOf(authority);
    const draft = this.#certificates.get(name) ?? { serials: [], ranges: [], bitmaps: [], keyIds: new Set() };
    this.#certificates.set(name, draft);
    return draft;
  }
}

function settle({ serials, ranges, bitmaps, keyIds }: Draft): RevokedCertificates {
  return { serials: BigUint64Array.from(serials).sort(), ranges: merge(ranges), bitmaps, keyIds };
}

function merge(ranges: readonly SerialRange[]): SerialRange[] {
  const merged: SerialRange[] = [];
  for (const range of ranges.toSorted((one, other) => (one.first < other.first ? -1 : 1))) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last + 1n) merged.push(range);
    else if (range.last > previous.last)
      merged[merged.length - 1] = { first: previous.first, last: range.last };
  }
  return merged;
}

/** A key as it signed. */
export interface RevocationSubject {
  /** The plain key in wire format, and its `SHA256:…`. */
  readonly key: Uint8Array;
  readonly fingerprint: string;
  readonly certificate: SshCertificate | null;
}

/**
 * Why `subject` is refused, as `ssh-keygen -Q` finds it: the key or its certificate's authority is listed, or the
 * certificate is by its serial number or key id. `null`: it is not revoked.
 */
export function sshRevocationOf(
  revocations: SshRevocations,
  { key, fingerprint, certificate }: RevocationSubject,
): "key-listed-as-revoked" | "certificate-revoked" | null {
  if (isKeyRevoked(revocations, key, fingerprint)) return "key-listed-as-revoked";
  if (certificate === null) return null;
  const authority = plainFingerprint(certificate.authority);
  if (isKeyRevoked(revocations, certificate.authority, authority)) return "key-listed-as-revoked";
  const revoked = [authority, ANY_AUTHORITY].some((name) => {
    const listed = revocations.certificates.get(name);
    return listed !== undefined && isCertificateRevoked(listed, certificate);
  });
  return revoked ? "certificate-revoked" : null;
}

function isKeyRevoked({ keys, sha1 }: SshRevocations, key: Uint8Array, fingerprint: string): boolean {
  return keys.has(fingerprint) || (sha1.size > 0 && sha1.has(hash("sha1", key, "base64")));
}

/** Serial number 0 is what authorities give that do not number certificates, so it stands for none of them. */
function isCertificateRevoked(listed: RevokedCertificates, { serial, keyId }: SshCertificate): boolean {
  if (listed.keyIds.has(keyId)) return true;
  if (serial === 0n) return false;
  const { serials, ranges, bitmaps } = listed;
  return (
    serials[lastUpTo(serials, serial, (one) => one)] === serial ||
    (ranges[lastUpTo(ranges, serial, ({ first }) => first)]?.last ?? -1n) >= serial ||
    bitmaps.some((bitmap) => isSet(bitmap, serial))
  );
}

/** The index of the last of ascending `items` that is not above `bound`; -1: there is none. */
function lastUpTo<T>(items: ArrayLike<T>, bound: bigint, valueOf: (item: T) => bigint): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && valueOf(item) <= bound) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function isSet({ offset, bits }: SerialBitmap, serial: bigint): boolean {
  if (serial < offset || serial - offset >= BigInt(bits.length) * 8n) return false;
  const bit = Number(serial - offset);
  return (((bits[bits.length - 1 - (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 1;
}
