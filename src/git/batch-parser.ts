/** Git's answer to one name that was asked for. */
export type Answer =
  | { readonly kind: "object"; readonly oid: string; readonly type: string; readonly raw: Uint8Array }
  /** An object whose bytes nobody wants, by its type. */
  | { readonly kind: "unwanted"; readonly oid: string; readonly type: string }
  | { readonly kind: "too-large"; readonly oid: string; readonly size: number }
  /** Git knows nothing by that name, or more than one thing. */
  | { readonly kind: "unknown"; readonly why: "missing" | "ambiguous" };

export interface Wanted {
  readonly types: ReadonlySet<string>;
  /** Larger objects are not held, in bytes. */
  readonly maxSize: number;
}

/** The stream is not what `git cat-file --batch` writes. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

const LF = 0x0a;
/** Longer than any header git writes for a name that we let through. */
const HEADER_LIMIT = 70_000;

interface Body {
  readonly oid: string;
  readonly type: string;
  readonly size: number;
  /** `null`: skipped. */
  readonly bytes: Buffer | null;
  /** Bytes of the body so far. */
  filled: number;
}

/**
 * Reads what `git cat-file --batch` writes (git-cat-file(1), BATCH OUTPUT), in pieces of any size:
 * `<oid> <type> <size>` LF, the bytes, LF; or `<name> missing` and its like, LF.
 */
export class BatchParser {
  readonly #wanted: Wanted;
  #header: Buffer = Buffer.alloc(0);
  #body: Body | null = null;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Whether an answer has begun and not ended. */
  get midway(): boolean {
    return this.#body !== null || this.#header.length > 0;
  }

  /** Takes the next piece, and gives the answers that are whole with it. The bytes may be parts of `piece`. */
  push(piece: Buffer): Answer[] {
    const answers: Answer[] = [];
    let at = 0;
    while (at < piece.length) {
      if (this.#body === null) at = this.#takeHeader(piece, at, answers);
      else at = this.#takeBody(this.#body, piece, at, answers);
    }
    return answers;
  }

  #takeHeader(piece: Buffer, from: number, answers: Answer[]): number {
    const end = piece.indexOf(LF, from);
    const part = piece.subarray(from, end === -1 ? piece.length : end);
    const line = this.#header.length === 0 ? part : Buffer.concat([this.#header, part]);
    if (line.length > HEADER_LIMIT) throw new UnreadableAnswer("a header is too long");
    this.#header = end === -1 ? line : Buffer.alloc(0);
    if (end === -1) return piece.length;
    const read = this.#readHeader(line.toString("latin1"));
    if ("kind" in read) answers.push(read);
    else {
      const whole = piece.subarray(end + 1, end + 1 + read.size);
      // Most objects lie in one piece: no copy is made of them.
      if (read.keep && piece.length > end + 1 + read.size) {
        this.#body = { ...read, bytes: whole, filled: read.size };
        return end + 1 + read.size;
      }
      this.#body = { ...read, bytes: read.keep ? Buffer.allocUnsafeSlow(read.size) : null, filled: 0 };
    }
    return end + 1;
  }

  #readHeader(line: string): Answer | (Pick<Body, "oid" | "type" | "size"> & { keep: boolean }) {
    const [, oid = "", type = "", digits = ""] =
      /^([0-9a-f]{40}|[0-9a-f]{64}) ([a-z]+) ([0-9]{1,15})$/.exec(line) ?? [];
    if (oid !== "") {
      const size = Number(digits);
      return { oid, type, size, keep: this.#wanted.types.has(type) && size <= this.#wanted.maxSize };
    }
    if (line.endsWith(" ambiguous")) return { kind: "unknown", why: "ambiguous" };
    if (/ (?:missing|submodule)$/.test(line)) return { kind: "unknown", why: "missing" };
    throw new UnreadableAnswer("a header is of no known form");
  }

  #takeBody(body: Body, piece: Buffer, from: number, answers: Answer[]): number {
    const end = Math.min(piece.length, from + body.size - body.filled);
    if (body.bytes !== null) piece.copy(body.bytes, body.filled, from, end);
    body.filled += end - from;
    if (body.filled < body.size || end === piece.length) return end;
    if (piece[end] !== LF) throw new UnreadableAnswer("an object is longer than it said");
    this.#body = null;
    answers.push(this.#answer(body));
    return end + 1;
  }

  #answer({ oid, type, size, bytes }: Body): Answer {
    if (bytes !== null) return { kind: "object", oid, type, raw: bytes };
    return this.#wanted.types.has(type) ? { kind: "too-large", oid, size } : { kind: "unwanted", oid, type };
  }
}
