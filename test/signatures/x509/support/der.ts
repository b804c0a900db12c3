/** Writes DER (ITU-T X.690), so that tests can make what no tool would. */

export type Der = Buffer;

export function tlv(identifier: number, ...parts: readonly Uint8Array[]): Der {
  const contents = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(identifier), lengthOf(contents.length), contents]);
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.of(length);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

export const seq = (...parts: readonly Uint8Array[]): Der => tlv(0x30, ...parts);
export const sorted = (parts: readonly Uint8Array[]): Uint8Array[] =>
  parts.toSorted((a, b) => Buffer.compare(a, b));

/** SET OF in the order that DER demands. */
export const setOf = (...parts: readonly Uint8Array[]): Der => tlv(0x31, ...sorted(parts));
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Der =>
  tlv(0xa0 | number, ...parts);
export const implicit = (number: number, contents: Uint8Array): Der => tlv(0x80 | number, contents);
export const octets = (bytes: Uint8Array): Der => tlv(0x04, bytes);
export const bits = (bytes: Uint8Array): Der => tlv(0x03, Buffer.of(0), bytes);
export const utf8 = (text: string): Der => tlv(0x0c, Buffer.from(text));
export const ia5 = (text: string): Der => tlv(0x16, Buffer.from(text, "latin1"));
export const boolean = (value: boolean): Der => tlv(0x01, Buffer.of(value ? 0xff : 0));
export const nothing = (): Der => tlv(0x05);

export function integer(value: number): Der {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return tlv(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.of(0) : Buffer.alloc(0), bytes);
}

export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left % 128) | 0x80);
  return digits;
}

/** A GeneralizedTime; certificates hold any date as one here. */
export const time = (at: Date): Der =>
  tlv(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));

export const pem = (label: string, bytes: Uint8Array): string => {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
};
