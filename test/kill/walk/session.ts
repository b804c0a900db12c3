import { type Frame, FrameReader } from "../../../src/store/embedded/frames.js";

export interface SessionEnds {
  readonly toServer: (bytes: Buffer) => void;
  readonly toClient: (bytes: Buffer) => void;
  /** Asked before a statement goes to the server. */
  readonly mayAsk: (statement: string) => boolean;
  /** Asked once the server has done a statement, before its answer goes to the client. */
  readonly mayHear: (done: Done) => boolean;
}

/** A statement that the server has done. */
export interface Done {
  readonly statement: string;
  /** How many rows it gave. */
  readonly rows: number;
  /** Whether a transaction is open after it: what it did may yet be undone. */
  readonly inTransaction: boolean;
}

/** Messages after which the server answers: a simple query, or the Sync at the end of an extended one. */
const ASKS = new Set(["Q", "S"]);
/** Messages that belong to a statement and wait for its end: Parse, Bind, Describe, Execute, Close, Flush. */
const PARTS = new Set(["P", "B", "D", "E", "C", "H"]);
const [READY, ROW] = ["Z", "D"];
const STATUS_AT = 5;

/**
 * One connection between a client and PostgreSQL as a row of statements, each passed on whole, as is each answer. What is
 * no part of one (start-up, passwords, notifications) goes through as it comes.
 */
export class Session {
  readonly #ends: SessionEnds;
  readonly #fromClient = new FrameReader({ startup: true });
  readonly #fromServer = new FrameReader({ startup: false });
  /** Texts of statements that were prepared by name. */
  readonly #prepared = new Map<string, string>();
  /** What the server has yet to answer, the first to be answered first. */
  readonly #asked: string[] = [];
  #parts: Buffer[] = [];
  #text = "";
  #answer: Buffer[] = [];
  #rows = 0;

  constructor(ends: SessionEnds) {
    this.#ends = ends;
  }

  /** Takes what the client sent. */
  said(bytes: Uint8Array): void {
    for (const frame of this.#fromClient.push(bytes)) this.#say(frame);
  }

  /** Takes what the server sent. */
  answered(bytes: Uint8Array): void {
    for (const frame of this.#fromServer.push(bytes)) this.#hear(frame);
  }

  #say({ type, bytes }: Frame): void {
    if (!ASKS.has(type) && !PARTS.has(type)) {
      this.#ends.toServer(bytes);
      return;
    }
    this.#parts.push(bytes);
    this.#text = this.#textOf(type, bytes) ?? this.#text;
    if (!ASKS.has(type)) return;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    if (!this.#ends.mayAsk(this.#text)) return;
    this.#asked.push(this.#text);
    this.#ends.toServer(whole);
  }

  /** What a message shows of the statement that it is part of. */
  #textOf(type: string, bytes: Buffer): string | null {
    const [first = "", second = ""] = bytes.toString("utf8", 5).split("\0", 2);
    switch (type) {
      case "Q":
        return first;
      case "P":
        this.#prepared.set(first, second);
        return second;
      case "B":
        return this.#prepared.get(second) ?? null;
      default:
        return null;
    }
  }

  #hear({ type, bytes }: Frame): void {
    const [statement] = this.#asked;
    if (statement === undefined) {
      this.#ends.toClient(bytes);
      return;
    }
    this.#answer.push(bytes);
    if (type === ROW) this.#rows += 1;
    if (type !== READY) return;
    this.#asked.shift();
    const answer = Buffer.concat(this.#answer);
    const done = { statement, rows: this.#rows, inTransaction: bytes.toString("latin1", STATUS_AT) !== "I" };
    this.#answer = [];
    this.#rows = 0;
    if (this.#ends.mayHear(done)) this.#ends.toClient(answer);
  }
}
