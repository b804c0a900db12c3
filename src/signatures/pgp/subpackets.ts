import { SignatureRefusal } from "../reasons.js";

/** What a signature says of itself (RFC 9580, section 5.2.3.7). Everything but the hints is from its signed area. */
export interface Subpackets {
  /** Seconds since 1970. */
  readonly created: number | null;
  /** Seconds of validity of the signature from `created`; `null`: for ever. */
  readonly lifetime: number | null;
  /** Seconds of validity of the key from its creation; `null`: for ever, or not said. */
  readonly keyLifetime: number | null;
  /** First octet of the key flags (section 5.2.3.29); `null`: none given. */
  readonly keyFlags: number | null;
  /** Code of the reason for a revocation (section 5.2.3.31). */
  readonly revocationReason: number | null;
  /** Key ids (lower-case hex) of those who may revoke the key in its owner's place (RFC 4880, section 5.2.3.15). */
  readonly revokers: readonly string[];
  /** Types of the subpackets that a reader has to understand. */
  readonly critical: readonly number[];
  /**
   * Who signed and what confirms it: hints, also taken from the unsigned area, where whoever carries the signature can
   * write. They only choose which key or signature to try; the mathematics decides.
   */
  readonly issuerKeyId: string | null;
  readonly issuerFingerprint: string | null;
  readonly embedded: readonly Uint8Array[];
}

type Draft = { -readonly [K in keyof Subpackets]: Subpackets[K] } & {
  revokers: string[];
  critical: number[];
  embedded: Uint8Array[];
};

export const SUBPACKET = {
  created: 2,
  lifetime: 3,
  exportable: 4,
  trust: 5,
  regularExpression: 6,
  revocable: 7,
  keyLifetime: 9,
  preferredSymmetric: 11,
  revocationKey: 12,
  issuer: 16,
  preferredHash: 21,
  preferredCompression: 22,
  keyServerPreferences: 23,
  preferredKeyServer: 24,
  primaryUserId: 25,
  policyUri: 26,
  keyFlags: 27,
  signerUserId: 28,
  revocationReason: 29,
  features: 30,
  embedded: 32,
  issuerFingerprint: 33,
  preferredAead: 34,
  intendedRecipient: 35,
  preferredCipherSuites: 39,
} as const;

/** Key ids are 8 octets; fingerprints 20 in version 4, 32 in version 6 (RFC 9580, section 5.5.4). */
const KEY_ID_OCTETS = 8;
const FINGERPRINT_OCTETS = { 4: 20, 6: 32 } as const;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** One signing subkey is confirmed by one signature; more would only buy a stranger our time. */
const MOST_EMBEDDED = 4;

/** Reads the signed and the unsigned area of a signature of `version`. Refuses what is not as its format prescribes. */
export function readSubpackets(hashed: Uint8Array, unhashed: Uint8Array, version: 4 | 6): Subpackets {
  const draft: Draft = {
    created: null,
    lifetime: null,
    keyLifetime: null,
    keyFlags: null,
    revocationReason: null,
    revokers: [],
    critical: [],
    issuerKeyId: null,
    issuerFingerprint: null,
    embedded: [],
  };
  eachSubpacket(hashed, (type, data, critical) => {
    if (critical) draft.critical.push(type);
    readSigned(draft, type, data);
    readHint(draft, type, data, version);
  });
  eachSubpacket(unhashed, (type, data) => {
    readHint(draft, type, data, version);
  });
  return draft;
}

function readSigned(draft: Draft, type: number, data: Uint8Array): void {
  switch (type) {
    case SUBPACKET.created:
      draft.created = once(draft.created, uint32(data));
      break;
    case SUBPACKET.lifetime:
      draft.lifetime = once(draft.lifetime, uint32(data));
      break;
    case SUBPACKET.keyLifetime:
      draft.keyLifetime = once(draft.keyLifetime, uint32(data));
      break;
    case SUBPACKET.keyFlags:
      draft.keyFlags = once(draft.keyFlags, data[0] ?? 0);
      break;
    case SUBPACKET.revocationReason:
      draft.revocationReason = once(draft.revocationReason, data[0] ?? 0);
      break;
    case SUBPACKET.revocationKey:
      // Class and algorithm stand before the fingerprint.
      draft.revokers.push(hex(data.subarray(2)).slice(-2 * KEY_ID_OCTETS));
      break;
  }
}

function readHint(draft: Draft, type: number, data: Uint8Array, version: 4 | 6): void {
  switch (type) {
    case SUBPACKET.issuer:
      if (data.length !== KEY_ID_OCTETS) throw malformed("issuer key id");
      draft.issuerKeyId ??= hex(data);
      break;
    case SUBPACKET.issuerFingerprint:
      // It begins with the version of the key (RFC 9580, section 5.2.3.35), which is that of its signatures.
      if (data[0] !== version || data.length !== 1 + FINGERPRINT_OCTETS[version])
        throw malformed("issuer fingerprint");
      draft.issuerFingerprint ??= hex(data.subarray(1));
      break;
    case SUBPACKET.embedded:
      if (draft.embedded.length < MOST_EMBEDDED) draft.embedded.push(data);
      break;
  }
}

function eachSubpacket(
  area: Uint8Array,
  visit: (type: number, data: Uint8Array, critical: boolean) => void,
): void {
  let at = 0;
  while (at < area.length) {
    const first = area[at] ?? 0;
    const octets = first < 192 ? 1 : first === 255 ? 5 : 2;
    if (at + octets > area.length) throw malformed("subpacket length");
    const length = subpacketLength(area, at, first);
    const [start, end] = [at + octets, at + octets + length];
    if (length === 0 || end > area.length) throw malformed("subpacket length");
    const type = area[start] ?? 0;
    visit(type & 0x7f, area.subarray(start + 1, end), type >= 0x80);
    at = end;
  }
}

function subpacketLength(area: Uint8Array, at: number, first: number): number {
  if (first < 192) return first;
  if (first === 255) return uint32(area.subarray(at + 1, at + 5));
  return (first - 192) * 256 + (area[at + 1] ?? 0) + 192;
}

/** A second subpacket of a type would leave it to the reader which counts. */
function once(known: number | null, value: number): number {
  if (known !== null) throw malformed("subpacket twice");
  return value;
}

function uint32(data: Uint8Array): number {
  if (data.length !== 4) throw malformed("subpacket of another size");
  return new DataView(data.buffer, data.byteOffset, 4).getUint32(0);
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte] ?? "";
  return text;
}

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);
