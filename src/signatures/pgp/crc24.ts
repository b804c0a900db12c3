/** Remainders of each byte by the generator of RFC 9580, section 6.1. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 16;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  return crc & 0xffffff;
});

/** The checksum of OpenPGP's armor, a number of 24 bits. It protects against damage, not against anybody. */
export function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) crc = ((crc << 8) & 0xffffff) ^ (TABLE[(crc >> 16) ^ byte] ?? 0);
  return crc;
}
