import { ByteReader } from "../../encoding/byte-reader.js";
import { SignatureRefusal } from "../../reasons.js";
import { readPacket, readPgpArmor, TAG, type Packet } from "../packet.js";

/** One exported keyring in a file: armored text, or the bytes themselves. */
export type KeyBlock =
  | { readonly kind: "armored"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array };

/** Packets as far as they could be read. */
export interface PacketReading {
  readonly packets: readonly Packet[];
  /** What kept the rest from being read; `null`: nothing. */
  readonly problem: string | null;
}

const LABEL = "PGP PUBLIC KEY BLOCK";
const [BEGIN, END] = [`-----BEGIN ${LABEL}-----`, `-----END ${LABEL}-----`];
/** A private key is never read: it is named, so that its owner revokes it. */
const PRIVATE = "-----BEGIN PGP PRIVATE KEY BLOCK-----";

/** Whether a file holds armored private keys, which nobody but their owner should have. */
export const holdsPrivateKey = (text: string): boolean => text.includes(PRIVATE);

/**
 * The keyrings in a file, in their order: every armored block, whatever text stands between; without any, the file
 * itself where it is a binary export (its octets as characters, `latin1`).
 */
export function keyBlocks(text: string): KeyBlock[] {
  const blocks: KeyBlock[] = [];
  let at = startOf(text, 0);
  while (at !== -1) {
    const end = text.indexOf(END, at);
    if (end === -1) break;
    blocks.push({ kind: "armored", text: text.slice(at, end + END.length) });
    at = startOf(text, end + END.length);
  }
  if (blocks.length > 0 || !isBinary(text)) return blocks;
  return [{ kind: "binary", bytes: Buffer.from(text, "latin1") }];
}

/** Armor starts at the start of a line; a BEGIN in the middle of one is somebody's text. */
function startOf(text: string, from: number): number {
  let at = text.indexOf(BEGIN, from);
  while (at > 0 && text[at - 1] !== "\n") at = text.indexOf(BEGIN, at + 1);
  return at;
}

/** A public-key packet in the old or the new format; text begins with neither octet. */
function isBinary(text: string): boolean {
  const first = text.charCodeAt(0);
  const tag = first >= 0xc0 ? first & 0x3f : (first >> 2) & 0x0f;
  return first >= 0x80 && first <= 0xff && tag === TAG.publicKey;
}

/** The packets of a keyring. What follows a packet whose length cannot be read is not read, and said. */
export function readPackets(block: KeyBlock): PacketReading {
  const packets: Packet[] = [];
  try {
    const bytes =
      block.kind === "binary" ? block.bytes : readPgpArmor(Buffer.from(block.text, "latin1"), LABEL);
    const reader = new ByteReader(bytes, "signature-malformed");
    while (reader.remaining > 0) packets.push(readPacket(reader));
    return { packets, problem: null };
  } catch (error) {
    return {
      packets,
      problem: error instanceof SignatureRefusal ? (error.detail ?? error.code) : String(error),
    };
  }
}
