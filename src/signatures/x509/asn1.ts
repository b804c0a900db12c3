import { SignatureRefusal, type ReasonCode } from "../reasons.js";
import type { Asn1 } from "../x509.js";

/** Identifier octets of the universal types that X.509 and CMS use (ITU-T X.690, section 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `[number]` around a primitive value (IMPLICIT). */
export const primitive = (number: number): number => 0x80 | number;

/** `[number]` around a constructed value, or EXPLICIT around any. */
export const constructed = (number: number): number => 0xa0 | number;

/** Takes the components of a SEQUENCE or SET one after the other, and refuses any other order or type. */
export class Fields {
  readonly #values: readonly Asn1[];
  readonly #malformed: ReasonCode;
  #next = 0;

  constructor(value: Asn1, malformed: ReasonCode, identifier: number = TAG.sequence) {
    if (value.identifier !== identifier) throw new SignatureRefusal(malformed, "ASN.1 type");
    this.#values = value.children;
    this.#malformed = malformed;
  }

  /** The next component, of any type or of the given one. */
  take(identifier?: number): Asn1 {
    const value = this.#values[this.#next];
    if (value === undefined || (identifier !== undefined && value.identifier !== identifier))
      throw new SignatureRefusal(this.#malformed, "ASN.1 component");
    this.#next += 1;
    return value;
  }

  /** The next component where it has one of the types; otherwise it is left for later. */
  optional(...identifiers: readonly number[]): Asn1 | null {
    const value = this.#values[this.#next];
    if (value === undefined || !identifiers.includes(value.identifier)) return null;
    this.#next += 1;
    return value;
  }

  /** All that is left, each of the given type where one is given. */
  rest(identifier?: number): Asn1[] {
    const values: Asn1[] = [];
    while (this.#next < this.#values.length) values.push(this.take(identifier));
    return values;
  }

  expectEnd(): void {
    if (this.#next < this.#values.length) throw new SignatureRefusal(this.#malformed, "ASN.1 component");
  }
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The one value inside of an EXPLICIT tag. */
export function inner(value: Asn1, malformed: ReasonCode): Asn1 {
  const [only, ...others] = value.children;
  if (only === undefined || others.length > 0) throw new SignatureRefusal(malformed, "ASN.1 tag");
  return only;
}

export function oidOf(value: Asn1, malformed: ReasonCode): string {
  if (value.oid === null || value.oid === "") throw new SignatureRefusal(malformed, "object identifier");
  return value.oid;
}

/** A number from 0 to 2^31 - 1; `identifier` where it has a tag of its own. */
export function smallInteger(value: Asn1, malformed: ReasonCode, identifier: number = TAG.integer): number {
  const { contents } = value;
  const first = contents[0];
  if (value.identifier !== identifier || first === undefined || first > 0x7f || contents.length > 4)
    throw new SignatureRefusal(malformed, "integer");
  return contents.reduce((number, byte) => number * 256 + byte, 0);
}

/** DER knows one octet for each truth value (X.690, section 11.1). */
export function booleanOf(value: Asn1, malformed: ReasonCode): boolean {
  const [octet] = value.contents;
  if (value.identifier !== TAG.boolean || value.contents.length !== 1 || (octet !== 0 && octet !== 0xff))
    throw new SignatureRefusal(malformed, "boolean");
  return octet === 0xff;
}

/** The octets of an OCTET STRING, put together where BER has cut it up (X.690, section 8.7). */
export function octetsOf(value: Asn1, malformed: ReasonCode): Uint8Array {
  if (value.identifier === TAG.octetString) return value.contents;
  if (value.identifier !== (TAG.octetString | 0x20)) throw new SignatureRefusal(malformed, "octet string");
  return Buffer.concat(value.children.map((part) => octetsOf(part, malformed)));
}

/** The octets of a BIT STRING of whole octets: signatures and keys. */
export function wholeBits(value: Asn1, malformed: ReasonCode): Uint8Array {
  const [unused] = value.contents;
  if (value.identifier !== TAG.bitString || unused !== 0) throw new SignatureRefusal(malformed, "bit string");
  return value.contents.subarray(1);
}

/** Names of certificates are ASCII without blanks; a NUL or escape character in one is there to deceive. */
export function asciiOf(bytes: Uint8Array, malformed: ReasonCode): string {
  const text = Buffer.from(bytes).toString("latin1");
  if (!/^[\x21-\x7e]+$/.test(text)) throw new SignatureRefusal(malformed, "characters");
  return text;
}

/** UTF-8 without control characters. */
export function utf8Of(bytes: Uint8Array, malformed: ReasonCode): string {
  const text = Buffer.from(bytes).toString("utf8");
  if (text === "" || !sameBytes(Buffer.from(text), bytes) || /\p{C}/u.test(text))
    throw new SignatureRefusal(malformed, "characters");
  return text;
}

const TIMES: ReadonlyMap<number, RegExp> = new Map([
  [TAG.utcTime, /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()Z$/],
  [TAG.generalizedTime, /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d*[1-9])?Z$/],
]);

/**
 * Seconds since 1970 of a UTCTime or GeneralizedTime as DER writes them: to the second (fractions, which timestamps
 * may have, are dropped) and in UTC. Two-digit years are those of 1950 to 2049 (RFC 5280, section 4.1.2.5.1).
 */
export function timeOf(value: Asn1, malformed: ReasonCode): number {
  const text = Buffer.from(value.contents).toString("latin1");
  const [, digits = "", ...parts] = TIMES.get(value.identifier)?.exec(text) ?? [];
  const year = digits.length === 2 ? (digits >= "50" ? `19${digits}` : `20${digits}`) : digits;
  const [month, day, hour, minute, second] = parts;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = new Date(iso);
  // The thirtieth of February is read as a day of March otherwise.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso)
    throw new SignatureRefusal(malformed, "time");
  return time.getTime() / 1000;
}
