/** Remainders of each byte by the generator of RFC 9580, section 6.1, with none, one and two bytes of zeros behind it. */
const [LAST, MIDDLE, FIRST] = [8, 16, 24].map((bits) =>
  Uint32Array.from({ length: 256 }, (_, byte) => remainder(byte << 16, bits)),
) as [Uint32Array, Uint32Array, Uint32Array];

function remainder(value: number, bits: number): number {
  let crc = value;
  for (let bit = 0; bit < bits; bit += 1) crc = ((crc << 1) ^ (crc & 0x800000 ? 0x864cfb : 0)) & 0xffffff;
  return crc;
}

/** The checksum of OpenPGP's armor, a number of 24 bits. It protects against damage, not against anybody. */
export function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  let at = 0;
  // Three bytes are as long as the remainder, so that their own do not depend on one another.
  for (const end = bytes.length - 2; at < end; at += 3) {
    const three = crc ^ (((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0));
    crc = (FIRST[three >> 16] ?? 0) ^ (MIDDLE[(three >> 8) & 0xff] ?? 0) ^ (LAST[three & 0xff] ?? 0);
  }
  for (; at < bytes.length; at += 1)
    crc = ((crc << 8) & 0xffffff) ^ (LAST[(crc >> 16) ^ (bytes[at] ?? 0)] ?? 0);
  return crc;
}
