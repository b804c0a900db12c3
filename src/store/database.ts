import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { asStoreError, isConflict, unavailable } from "./failures.js";
import { type Prisma, PrismaClient } from "./prisma/client.js";

/** What tables are read and written with: the client itself, or one transaction of it. */
export type Queries = Prisma.TransactionClient;

/** A function over tables as one over these `queries`: for an object whose methods are such functions. */
export function bind<A extends unknown[], T>(
  queries: Queries,
  work: (queries: Queries, ...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return (...args) => work(queries, ...args);
}

/** How often a transaction is run before a collision with others is given up on. */
const MAX_RUNS = 8;
/** Waiting for a connection, and for the work itself, in milliseconds. */
const TRANSACTION_LIMITS = { maxWait: 30_000, timeout: 30_000 };

export interface DatabaseOptions {
  readonly pool: pg.Pool;
  /** Whether only this process can reach the database, over one session. */
  readonly embedded: boolean;
  /** Gives back what lies under the pool. */
  readonly release: () => Promise<void>;
}

/** One database: a pool of connections that Prisma, the queue and our own SQL share. */
export class Database {
  readonly pool: pg.Pool;
  readonly embedded: boolean;
  readonly #prisma: PrismaClient;
  readonly #release: () => Promise<void>;

  constructor(options: DatabaseOptions) {
    this.pool = options.pool;
    this.embedded = options.embedded;
    this.#release = options.release;
    this.#prisma = new PrismaClient({ adapter: new PrismaPg(options.pool) });
  }

  /** Makes everything ready that the first query would otherwise load. */
  async connect(): Promise<void> {
    await this.use((queries) => queries.tenant.count());
  }

  /** Runs `work` outside a transaction. */
  async use<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    try {
      return await work(this.#prisma);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** A function over tables as one that runs outside of transactions. */
  bind<A extends unknown[], T>(
    work: (queries: Queries, ...args: A) => Promise<T>,
  ): (...args: A) => Promise<T> {
    return (...args) => this.use((queries) => work(queries, ...args));
  }

  /**
   * Runs one statement without Prisma in between, in one round trip: for the hot path, where Prisma would turn
   * megabytes of payload into base64 and back.
   *
   * @param name of a statement that is planned once for each connection, and not each time. The plan is made for tables
   *   as they were then, so it must be right for empty ones and for large ones: no scan that an index could replace.
   */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    name?: string,
  ): Promise<Row[]> {
    // The connections to an embedded database share one session, in which such names would clash.
    const prepared = name === undefined || this.embedded ? {} : { name };
    try {
      return (await this.pool.query<Row>({ text, values: [...values], ...prepared })).rows;
    } catch (error) {
      // What carries no code did not come from the server: the connection broke under the statement.
      throw error instanceof Error && !("code" in error) ? unavailable(error) : asStoreError(error);
    }
  }

  /**
   * Runs `work` in one transaction and, after a deadlock or serialization failure, from its start again; `work` must
   * have no other effects. Read committed, as everything that must not interleave takes a lock by name.
   *
   * @throws CountersignError `store-conflict` after too many collisions, `store-unavailable` without a database.
   */
  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    for (let run = 1; ; run++) {
      try {
        return await this.#prisma.$transaction(work, {
          ...TRANSACTION_LIMITS,
          isolationLevel: "ReadCommitted",
        });
      } catch (error) {
        if (run >= MAX_RUNS || !isConflict(error)) throw asStoreError(error);
      }
    }
  }

  async close(): Promise<void> {
    await this.#prisma.$disconnect();
    await this.#release();
  }
}
