import fc from "fast-check";
import { splitObject } from "../../../src/signatures/index.js";
import type { Accepted } from "../make/accepted.js";
import { withSignature } from "../support.js";

/** A change of bytes: where it is, as a share of their length, so that it fits inputs of every size. */
export type Mutation = (bytes: Buffer) => Buffer;

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (bytes: Buffer, where: number): number => Math.floor(where * bytes.length);

export function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
}

function overwrite(bytes: Buffer, start: number, by: Uint8Array): Buffer {
  const written = Buffer.from(bytes);
  written.set(by.subarray(0, Math.max(0, bytes.length - start)), start);
  return written;
}

/** Lengths and counts of one to four bytes that claim too much, too little, or the largest number. */
const LENGTHS = ["ff", "ffff", "ffffffff", "7fffffff", "80000000", "00", "00000000", "fe", "e0", "c0ff"].map(
  (hex) => Buffer.from(hex, "hex"),
);

const flips = share.map<Mutation>((where) => (bytes) => {
  return bytes.length === 0 ? bytes : flipBit(bytes, Math.floor(where * bytes.length * 8));
});
const truncations = share.map<Mutation>((where) => (bytes) => bytes.subarray(0, at(bytes, where)));
const removals = fc.tuple(share, fc.nat({ max: 40 })).map<Mutation>(
  ([where, count]) =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at(bytes, where)), bytes.subarray(at(bytes, where) + count)]),
);
const insertions = fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 40 })).map<Mutation>(
  ([where, more]) =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where))]),
);
const repetitions = fc
  .tuple(share, fc.integer({ min: 1, max: 200 }))
  .map<Mutation>(([where, count]) => (bytes) => {
    const start = at(bytes, where);
    return Buffer.concat([bytes.subarray(0, start + count), bytes.subarray(start)]);
  });
const lengths = fc.tuple(share, fc.constantFrom(...LENGTHS)).map<Mutation>(
  ([where, length]) =>
    (bytes) =>
      overwrite(bytes, at(bytes, where), length),
);

/** The start of `bytes` and the end of another input. */
const splices = (others: readonly Buffer[]): fc.Arbitrary<Mutation> =>
  fc.tuple(share, share, fc.constantFrom(...others)).map(
    ([where, there, other]) =>
      (bytes) =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), other.subarray(at(other, there))]),
  );

/** One to four changes one after the other. */
export function mutations(others: readonly Buffer[]): fc.Arbitrary<Mutation> {
  const one = fc.oneof(
    flips,
    flips,
    truncations,
    removals,
    insertions,
    repetitions,
    lengths,
    splices(others),
  );
  return fc
    .array(one, { minLength: 1, maxLength: 4 })
    .map((steps) => (bytes) => steps.reduce((changed, step) => step(changed), bytes));
}

/** The bytes in an object's armor, without a checksum. */
export function armorBody({ type, raw, objectFormat }: Accepted): Buffer {
  const { signature } = splitObject(type, raw, objectFormat);
  const lines = Buffer.from(signature ?? [])
    .toString("latin1")
    .split("\n");
  const start = lines.indexOf("") === lines.length - 1 ? 1 : lines.indexOf("") + 1;
  const base64 = lines.slice(start).filter((line) => !/^(=|-----|$)/.test(line));
  return Buffer.from(base64.join(""), "base64");
}

/** The object with other bytes in its armor. */
export function withArmorBody({ type, raw, objectFormat }: Accepted, body: Buffer): Buffer {
  const { payload, signature } = splitObject(type, raw, objectFormat);
  const ssh = Buffer.from(signature ?? [])
    .toString("latin1")
    .startsWith("-----BEGIN SSH");
  const label = ssh ? "SSH SIGNATURE" : "PGP SIGNATURE";
  const lines = (body.toString("base64").match(/.{1,64}/g) ?? []).join("\n");
  const armor = `-----BEGIN ${label}-----\n${ssh ? "" : "\n"}${lines}\n-----END ${label}-----\n`;
  const text = Buffer.from(payload).toString("latin1");
  if (type === "tag") return Buffer.from(text + armor, "latin1");
  return withSignature(text, armor, objectFormat === "sha1" ? "gpgsig" : "gpgsig-sha256");
}
