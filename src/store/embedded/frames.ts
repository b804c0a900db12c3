/**
 * Cutting PostgreSQL protocol messages out of a byte stream (PostgreSQL manual, "Message Formats"): one byte of type,
 * then a big-endian length that counts itself and the body. The start-up message alone has no type byte.
 */

export interface Frame {
  /** The type byte as a character; "" for the start-up message. */
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;

/** Collects bytes and hands out whole messages. `startup`: the first message is a start-up message. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #startup: boolean;

  constructor(options: { readonly startup: boolean }) {
    this.#startup = options.startup;
  }

  push(chunk: Uint8Array): Frame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | null {
    const head = this.#startup ? 0 : TYPE_BYTES;
    if (this.#rest.length < head + LENGTH_BYTES) return null;
    const size = head + this.#rest.readInt32BE(head);
    if (this.#rest.length < size) return null;
    const bytes = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    const type = this.#startup ? "" : bytes.toString("latin1", 0, TYPE_BYTES);
    this.#startup = false;
    return { type, bytes };
  }
}

/** The frames of a complete answer. */
export function framesOf(answer: Uint8Array): Frame[] {
  return new FrameReader({ startup: false }).push(answer);
}

/** One message with `body`. */
export function frame(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(TYPE_BYTES + LENGTH_BYTES + body.length);
  bytes.write(type, 0, "latin1");
  bytes.writeInt32BE(LENGTH_BYTES + body.length, TYPE_BYTES);
  bytes.set(body, TYPE_BYTES + LENGTH_BYTES);
  return bytes;
}
