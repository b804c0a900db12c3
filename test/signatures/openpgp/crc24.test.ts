import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { crc24 } from "../../../src/signatures/pgp/crc24.js";

describe("crc24", () => {
  it("is the known value for the digits from 1 to 9, and its start for nothing", () => {
    expect(crc24(Buffer.from("123456789"))).toBe(0x21cf02);
    expect(crc24(Buffer.alloc(0))).toBe(0xb704ce);
  });

  it("is what RFC 9580, section 6.1.1, computes bit by bit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(crc24(bytes)).toBe(bitByBit(bytes));
      }),
    );
  });
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return crc & 0xffffff;
}
