/**
 * Reads OpenPGP keyrings, and is the only importer of openpgp.js. The library reads what our own reader declines: odd
 * armor, and packets of indeterminate length. It is loaded then only, because loading it takes longer than
 * reading a team's keys. What it reads goes through the same checks: the library decides nothing.
 */
import type { Certificate } from "./pgp/certificate.js";
import { holdsPrivateKey, keyBlocks, readPackets, type KeyBlock } from "./pgp/certificate/key-file.js";
import { readCertificate, splitCertificates } from "./pgp/certificate/read.js";
import { WRONG_CHECKSUM, type Packet } from "./pgp/packet.js";
import { SignatureRefusal } from "./reasons.js";

export interface CertificateReading {
  readonly certificates: readonly Certificate[];
  /** One sentence for each thing that could not be used. */
  readonly problems: readonly string[];
}

/**
 * Reads every public key in `text`: armored blocks, or one binary export with its octets as characters. A key that
 * cannot be used is left out and named in `problems`, and the others count; so is a key with a revocation of its own
 * that does not verify, because leaving out the revocation instead would trust the key more than its owner does.
 */
export async function readCertificates(text: string): Promise<CertificateReading> {
  const blocks = keyBlocks(text);
  const certificates: Certificate[] = [];
  const problems: string[] = [];
  if (holdsPrivateKey(text)) problems.push("It holds a private key: its owner should revoke it.");
  else if (blocks.length === 0) problems.push("It holds no armored OpenPGP public key.");
  for (const [index, block] of blocks.entries()) {
    const name = `Public key block ${index + 1}`;
    const { packets, problem } = await readWhole(block);
    const found = splitCertificates(packets);
    // Where reading stopped, a certificate's revocation may be what is missing: it cannot be used without.
    for (const one of problem === null ? found : found.slice(0, -1))
      addCertificate(one, name, certificates, problems);
    if (problem !== null) problems.push(`${name} cannot be read to its end: ${problem}.`);
    else if (found.length === 0) problems.push(`${name} holds no public key.`);
  }
  return { certificates, problems };
}

function addCertificate(
  packets: readonly Packet[],
  name: string,
  certificates: Certificate[],
  problems: string[],
): void {
  try {
    certificates.push(readCertificate(packets));
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    problems.push(`A key in ${name.toLowerCase()} cannot be used: ${error.detail ?? error.code}.`);
  }
}

async function readWhole(block: KeyBlock): Promise<ReturnType<typeof readPackets>> {
  const reading = readPackets(block);
  // openpgp.js does not mind a wrong checksum; but what is damaged may have lost a revocation.
  if (reading.problem === null || reading.problem === WRONG_CHECKSUM) return reading;
  try {
    return { packets: await packetsByLibrary(block), problem: null };
  } catch {
    return reading;
  }
}

/** The packets of a keyring by openpgp.js, not interpreted: each is handed to `read` of the class of its type. */
async function packetsByLibrary(block: KeyBlock): Promise<Packet[]> {
  const openpgp = await import("openpgp");
  const packets: Packet[] = [];
  const readerOf = (tag: number): object =>
    class {
      static readonly tag = tag;
      read(body: unknown): void {
        // Types that can be streamed have no place in a keyring; an empty one is refused like any other.
        packets.push({ tag, body: body instanceof Uint8Array ? body : new Uint8Array(0) });
      }
    };
  const tags = Array.from({ length: 64 }, (_, tag) => tag);
  // The declared type is a map; what is looked at are properties by the type's number.
  const readers = Object.assign(new Map(), Object.fromEntries(tags.map((tag) => [tag, readerOf(tag)])));
  const bytes: unknown = block.kind === "binary" ? block.bytes : (await openpgp.unarmor(block.text)).data;
  await openpgp.PacketList.fromBinary(bytes, readers);
  return packets;
}
