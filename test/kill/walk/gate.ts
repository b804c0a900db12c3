import { connect, createServer, type Server, type Socket } from "node:net";
import { type Done, Session } from "./session.js";

/**
 * What the app dies on: a statement that PostgreSQL never got, or one that changed the database for good and whose answer
 * never came. An answer that only told something, or of what a rollback undoes, is as good as never asked for: the next
 * statement, unsent, is the same.
 */
export type Side = "unsent" | "unheard";

interface Stop {
  readonly side: Side;
  readonly nth: number;
  readonly meet: (statement: string) => void;
}

/**
 * What time brings by itself, whatever the app works on: such statements come in any number, so they are no steps. A
 * worker's look for a job is one where it found one.
 */
const OF_TIME = [
  /^SET /,
  /WITH holders AS MATERIALIZED/,
  /DELETE FROM graphile_worker\._private_jobs WHERE key IS NULL/,
  /SELECT tenant_id, case_id FROM case_timers\s+WHERE done_at IS NULL AND due_at/,
];
const SEEKS_JOB = /for update\s+skip locked/i;
const CHANGES = /^\s*(?:insert|update|delete|with|commit)\b|add_job/i;

const isChange = ({ statement, rows, inTransaction }: Done): boolean =>
  !inTransaction && CHANGES.test(statement) && !(SEEKS_JOB.test(statement) && rows === 0);

/**
 * Stands between the app and PostgreSQL, passes on what both say and counts the statements (protocol version 3: a simple
 * query, or everything up to Sync). At the one that was asked for it lets nothing through any more, in either direction:
 * what the app does from there on until it is killed, it does to itself.
 */
export class StatementGate {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #counts: Record<Side, number> = { unsent: 0, unheard: 0 };
  #stop: Stop | null = null;
  #shut = false;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** A gate before the database at `databaseUrl`, which has an address of its own. */
  static async before(databaseUrl: string): Promise<StatementGate> {
    const { hostname, port } = new URL(databaseUrl);
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the gate has no port");
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${address.port}`;
    const gate = new StatementGate(server, url.href);
    server.on("connection", (client) => {
      gate.#join(client, connect({ host: hostname, port: Number(port), noDelay: true }));
    });
    return gate;
  }

  /** How many statements came since the last `count` or `stopAt`, on either side. */
  get counts(): Readonly<Record<Side, number>> {
    return { ...this.#counts };
  }

  /** Counts from now on, and stops nothing. */
  count(): void {
    this.#stop = null;
    this.#counts.unsent = this.#counts.unheard = 0;
  }

  /** Counts from now on and shuts at the `nth` statement. Resolves with it once that has come. */
  stopAt(side: Side, nth: number): Promise<string> {
    this.count();
    return new Promise((meet) => {
      this.#stop = { side, nth, meet };
    });
  }

  /** Ends every connection, as the death of the one at the other end does, and lets new ones through. */
  open(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#pairs.clear();
    this.#shut = false;
    this.count();
  }

  async close(): Promise<void> {
    this.open();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    const session = new Session({
      toServer: (bytes) => {
        this.#pass(server, bytes);
      },
      toClient: (bytes) => {
        this.#pass(client, bytes);
      },
      mayAsk: (statement) => SEEKS_JOB.test(statement) || this.#allows("unsent", statement),
      mayHear: (done) => !isChange(done) || this.#allows("unheard", done.statement),
    });
    client.on("data", (bytes) => {
      session.said(bytes);
    });
    server.on("data", (bytes) => {
      session.answered(bytes);
    });
    for (const [one, other] of [pair, [server, client] as const]) {
      one.on("error", () => one.destroy());
      one.on("close", () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  #pass(to: Socket, bytes: Buffer): void {
    if (!this.#shut && !to.destroyed) to.write(bytes);
  }

  #allows(side: Side, statement: string): boolean {
    if (this.#shut || OF_TIME.some((idle) => idle.test(statement))) return !this.#shut;
    this.#counts[side] += 1;
    if (this.#stop?.side !== side || this.#stop.nth !== this.#counts[side]) return true;
    this.#shut = true;
    this.#stop.meet(statement);
    return false;
  }
}
