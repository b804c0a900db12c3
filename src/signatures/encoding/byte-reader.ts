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
    if (size > this.remaining) throw new SignatureRefusal(this.#malformed, "truncated");
    const end = this.#offset + size;
    let value = 0;
    for (; this.#offset < end; this.#offset += 1) value = value * 256 + (this.#bytes[this.#offset] ?? 0);
    return value;
  }

  /** Bytes behind a four-byte length: the `string` of the SSH wire format (RFC 4251, section 5). */
  sshString(): Uint8Array {
    return this.take(this.uint(4));
  }

  /** `sshString` of ASCII text, where anything else is kept apart by the replacement of its bytes one to one. */
  sshText(): string {
    const length = this.uint(4);
    if (length > this.remaining) throw new SignatureRefusal(this.#malformed, "truncated");
    const start = this.#offset;
    this.#offset += length;
    // Straight from the whole: a view of each word would take longer than the word.
    return bufferOver(this.#bytes).toString("latin1", start, this.#offset);
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

/** The same bytes with the methods of a Buffer, without copying them. */
export function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `bytes` with zeros in front up to `length`; `null` where it is longer than that. */
export function leftPad(bytes: Uint8Array, length: number): Uint8Array | null {
  if (bytes.length === length) return bytes;
  if (bytes.length > length) return null;
  const padded = new Uint8Array(length);
  padded.set(bytes, length - bytes.length);
  return padded;
}

/** `bytes` without leading zeros. */
export function stripLeadingZeros(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (bytes[first] === 0) first += 1;
  return bytes.subarray(first);
}
