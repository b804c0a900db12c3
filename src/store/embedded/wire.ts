import { Duplex } from "node:stream";
import { frame, FrameReader, framesOf } from "./frames.js";

/** What is needed of PGlite: run complete protocol messages, get the complete answer. */
export interface ProtocolEngine {
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>;
}

interface Batch {
  readonly connection: WireConnection;
  readonly bytes: Uint8Array;
}

/**
 * Many connections over the one session that an embedded PostgreSQL has.
 *
 * Two rules keep them from seeing each other's state. A batch (a simple query, or everything up to Sync) runs whole,
 * so that nobody's unnamed statement is replaced between Parse and Bind. And whoever opened a transaction is served
 * alone until it ends. Statements that are prepared by name outlive a batch and are refused, as the names would clash.
 * Session-level advisory locks are shared by all connections and so exclude nothing here.
 */
export class Wire {
  readonly #engine: ProtocolEngine;
  readonly #connections = new Set<WireConnection>();
  readonly #waiting: Batch[] = [];
  #serving: WireConnection | null = null;
  #inTransaction: WireConnection | null = null;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(engine: ProtocolEngine) {
    this.#engine = engine;
  }

  /** A new connection, in the shape that node-postgres wants of a socket (`ClientConfig.stream`). */
  connect(): WireConnection {
    const connection = new WireConnection(this);
    this.#connections.add(connection);
    return connection;
  }

  /** Queues a batch; its answer is written to the connection, which ends where none will come any more. */
  submit(connection: WireConnection, bytes: Uint8Array): void {
    if (this.#closed) {
      connection.destroy(new Error("the embedded database has ended"));
      return;
    }
    this.#waiting.push({ connection, bytes });
    this.#turn = this.#turn.then(() => this.#serve());
  }

  /** Forgets a connection; what it left open is rolled back, as a server does when a client goes away. */
  disconnect(connection: WireConnection): void {
    this.#connections.delete(connection);
    const kept = this.#waiting.filter((batch) => batch.connection !== connection);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    // A batch of it that still runs may yet leave a transaction open.
    if (this.#inTransaction !== connection && this.#serving !== connection) return;
    this.submit(connection, frame("Q", Buffer.from("ROLLBACK\0")));
  }

  /** Takes nothing more and resolves when nothing runs any more; only then may the engine be closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
  }

  /** Serves until all that waits is of others than the one whose transaction is open. */
  async #serve(): Promise<void> {
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      this.#serving = batch.connection;
      try {
        this.#deliver(batch.connection, await this.#engine.execProtocolRaw(batch.bytes));
      } catch (error) {
        // The engine itself is gone or broken, not the statement: every connection must learn of it.
        this.#closed = true;
        for (const connection of this.#connections) connection.destroy(asError(error));
      }
      this.#serving = null;
    }
  }

  #next(): Batch | undefined {
    if (this.#inTransaction === null) return this.#waiting.shift();
    const index = this.#waiting.findIndex((batch) => batch.connection === this.#inTransaction);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  #deliver(connection: WireConnection, answer: Uint8Array): void {
    const own: Buffer[] = [];
    for (const { type, bytes } of framesOf(answer)) {
      if (type === "A") this.#notify(bytes);
      else own.push(bytes);
      if (type === "Z") this.#inTransaction = bytes.toString("latin1", 5) === "I" ? null : connection;
    }
    connection.answer(Buffer.concat(own));
  }

  /** The one session listens for all, so each connection hears every notification. */
  #notify(notification: Buffer): void {
    for (const connection of this.#connections) connection.answer(notification);
  }
}

/** One client's end of the wire. */
export class WireConnection extends Duplex {
  readonly #wire: Wire;
  readonly #frames = new FrameReader({ startup: true });
  #batch: Buffer[] = [];
  #usable = true;

  constructor(wire: Wire) {
    super({ allowHalfOpen: false });
    this.#wire = wire;
  }

  /** Called by node-postgres where it would open a socket. */
  connect(): void {
    setImmediate(() => this.emit("connect"));
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  answer(bytes: Buffer): void {
    if (this.#usable && bytes.length > 0) this.push(bytes);
  }

  override _read(): void {
    // Answers are pushed when they come.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    try {
      for (const { type, bytes } of this.#frames.push(chunk)) this.#accept(type, bytes);
      done();
    } catch (error) {
      done(asError(error));
    }
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#usable = false;
    this.#wire.disconnect(this);
    done(error);
  }

  #accept(type: string, bytes: Buffer): void {
    switch (type) {
      case "":
        this.answer(greeting());
        return;
      case "X":
        this.push(null);
        this.end();
        return;
      case "P":
        refuseNamedStatement(bytes);
        break;
    }
    this.#batch.push(bytes);
    if (type === "Q" || type === "S") {
      this.#wire.submit(this, Buffer.concat(this.#batch));
      this.#batch = [];
    }
  }
}

/** AuthenticationOk and ReadyForQuery: whoever can open the data folder needs no password. */
function greeting(): Buffer {
  return Buffer.concat([frame("R", Buffer.alloc(4)), frame("Z", Buffer.from("I"))]);
}

function refuseNamedStatement(parse: Buffer): void {
  if (parse[5] !== 0) throw new Error("the embedded database does not take statements prepared by name");
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
