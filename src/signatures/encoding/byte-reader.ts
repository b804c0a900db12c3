import { SignatureRefusal, type ReasonCode } from "../reasons.js";

/**
 * Reads big-endian binary formats front to back without copying. Reading past the end is a refusal with the
 * reason given at construction, so a length field can never make a parser allocate or loop beyond its input.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #malformed: ReasonCode;
  #offset = 0;

  constructor(bytes: Uint8Array, malformed: ReasonCode) {
    this.#bytes = bytes;
    this.#malformed = malformed;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw new SignatureRefusal(this.#malformed, "truncated");
    const taken = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return taken;
  }

  uint(size: 1 | 2 | 4): number {
    return this.take(size).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** Bytes behind a four-byte length: the `string` of the SSH wire format (RFC 4251, section 5). */
  sshString(): Uint8Array {
    return this.take(this.uint(4));
  }

  /** `sshString` of ASCII text, where anything else is kept apart by the replacement of its bytes one to one. */
  sshText(): string {
    return Buffer.from(this.sshString()).toString("latin1");
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  /** Refuses bytes that nothing accounts for: they would ride along unsigned and unseen. */
  expectEnd(): void {
    if (this.remaining > 0) throw new SignatureRefusal(this.#malformed, "bytes after the end");
  }
}

/** `bytes` with zeros in front up to `length`; `null` where it is longer than that. */
export function leftPad(bytes: Uint8Array, length: number): Uint8Array | null {
  if (bytes.length > length) return null;
  const padded = new Uint8Array(length);
  padded.set(bytes, length - bytes.length);
  return padded;
}

/** `bytes` without leading zeros. */
export function stripLeadingZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? new Uint8Array(0) : bytes.subarray(first);
}
