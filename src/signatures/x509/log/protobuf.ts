import { SignatureRefusal } from "../../reasons.js";

/** The fields of one message of Protocol Buffers, by number: varints and byte strings, all that Rekor's messages use. */
export class Message {
  readonly #numbers = new Map<number, bigint>();
  readonly #bytes = new Map<number, Uint8Array[]>();

  /**
   * `fields`: those that may be there. One that is not understood could be meant to change the others, so it is
   * refused, though the format would have it ignored. Throws `signature-malformed`.
   */
  constructor(encoded: Uint8Array, fields: readonly number[]) {
    let offset = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = encoded[offset];
        if (byte === undefined) break;
        offset += 1;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
      throw malformed();
    };
    while (offset < encoded.length) {
      const tag = Number(varint());
      const [field, type] = [Math.floor(tag / 8), tag % 8];
      if (!fields.includes(field) || this.#numbers.has(field)) throw malformed();
      if (type === 0) this.#numbers.set(field, varint());
      else if (type === 2) {
        const length = Number(varint());
        if (length > encoded.length - offset) throw malformed();
        const known = this.#bytes.get(field);
        const value = encoded.subarray(offset, offset + length);
        if (known === undefined) this.#bytes.set(field, [value]);
        else known.push(value);
        offset += length;
      } else throw malformed();
    }
  }

  /** An `int64` from 0 to 2^53 - 1; left out, it is 0 (proto3). */
  number(field: number): number {
    const value = Number(this.#numbers.get(field) ?? 0n);
    if (!Number.isSafeInteger(value)) throw malformed();
    return value;
  }

  /** Empty where there is none; several are refused. */
  bytes(field: number): Uint8Array {
    const [value, ...others] = this.repeated(field);
    if (others.length > 0) throw malformed();
    return value ?? new Uint8Array(0);
  }

  text(field: number): string {
    return Buffer.from(this.bytes(field)).toString("utf8");
  }

  repeated(field: number): readonly Uint8Array[] {
    return this.#bytes.get(field) ?? [];
  }

  /** `null`: there is none. */
  message(field: number, fields: readonly number[]): Message | null {
    return this.#bytes.has(field) ? new Message(this.bytes(field), fields) : null;
  }
}

const malformed = (): SignatureRefusal => new SignatureRefusal("signature-malformed", "protocol buffer");
