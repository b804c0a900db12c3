import { Constructed, fromBER, ObjectIdentifier, OctetString, type BaseBlock } from "asn1js";
import { SignatureRefusal, type ReasonCode } from "./reasons.js";

/** One ASN.1 value of a BER or DER encoding (ITU-T X.690), read by the library and held as plain data. */
export interface Asn1 {
  /** Class, constructed bit and tag number in one octet; greater tag numbers occur in none of our formats. */
  readonly identifier: number;
  /** Identifier, length and contents, as they were given. */
  readonly encoded: Uint8Array;
  /** Without identifier and length; of no use where the length is indefinite. */
  readonly contents: Uint8Array;
  /** Empty for primitive values. */
  readonly children: readonly Asn1[];
  /** Every length in it is given in advance, as DER demands. */
  readonly definite: boolean;
  /** Dotted, of an OBJECT IDENTIFIER only. */
  readonly oid: string | null;
}

/** A signature with the certificates of a long chain takes a tenth of each; more is an attack on time or memory. */
const LIMITS = { maxDepth: 40, maxNodes: 10_000, maxContentLength: 1_000_000 } as const;

/**
 * Reads the one ASN.1 value that `bytes` consist of. BER is taken, because gpgsm (Git's default for X.509) writes
 * indefinite lengths. Throws `malformed` for anything else, for bytes after the value, and beyond fixed limits of
 * depth, number of values and length.
 */
export function readAsn1(bytes: Uint8Array, malformed: ReasonCode): Asn1 {
  if (bytes.length > LIMITS.maxContentLength) throw new SignatureRefusal(malformed, "too long");
  const { offset, result } = decode(bytes, malformed);
  if (offset !== bytes.length || result.error !== "") throw new SignatureRefusal(malformed, "ASN.1");
  const value = plain(result, malformed);
  if (value.encoded.length !== bytes.length) throw new SignatureRefusal(malformed, "ASN.1 length");
  return value;
}

function decode(bytes: Uint8Array, malformed: ReasonCode): { offset: number; result: BaseBlock } {
  try {
    // Left to itself the library looks for values inside of strings, too, which a signer need not have meant.
    return fromBER(Uint8Array.from(bytes), { ...LIMITS, parseEmbedded: false, copyInput: false });
  } catch {
    throw new SignatureRefusal(malformed, "ASN.1");
  }
}

function plain(block: BaseBlock, malformed: ReasonCode): Asn1 {
  const encoded = block.valueBeforeDecodeView;
  const identifier = encoded[0];
  if (identifier === undefined || (identifier & 0x1f) === 0x1f) throw new SignatureRefusal(malformed, "tag");
  const children = childrenOf(block).map((child) => plain(child, malformed));
  const header = block.idBlock.blockLength + block.lenBlock.blockLength;
  const value: Asn1 = {
    identifier,
    encoded,
    contents: encoded.subarray(header),
    children,
    definite: !block.lenBlock.isIndefiniteForm && children.every(({ definite }) => definite),
    oid: block instanceof ObjectIdentifier ? block.getValue() : null,
  };
  refuseOverlap(value, block.lenBlock, malformed);
  return value;
}

/**
 * The library lets a value's parts reach beyond its end. Each length must be that of the contents, and the parts must
 * fill them, or else two readers would see two different signatures in the same bytes.
 */
function refuseOverlap(
  { identifier, contents, children }: Asn1,
  { isIndefiniteForm, length }: BaseBlock["lenBlock"],
  malformed: ReasonCode,
): void {
  const end = isIndefiniteForm ? END_OF_CONTENTS : 0;
  const filled = children.reduce((sum, { encoded }) => sum + encoded.length, end);
  const isConstructed = (identifier & 0x20) !== 0;
  if ((!isIndefiniteForm && length !== contents.length) || (isConstructed && filled !== contents.length))
    throw new SignatureRefusal(malformed, "ASN.1 length");
}

/** Octets that close contents of indefinite length (X.690, section 8.1.5). */
const END_OF_CONTENTS = 2;

function childrenOf(block: BaseBlock): readonly BaseBlock[] {
  return block instanceof Constructed || block instanceof OctetString ? block.valueBlock.value : [];
}
