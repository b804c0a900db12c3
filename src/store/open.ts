import pg from "pg";
import type { Clock } from "../clock.js";
import { CountersignError } from "../errors.js";
import { bind, Database, type Queries } from "./database.js";
import { openEmbedded } from "./embedded/embedded.js";
import { unavailable } from "./failures.js";
import type { StoreLogger } from "./logger.js";
import { Intake } from "./intake.js";
import { migrate } from "./migrate/migrate.js";
import { queueDepth } from "./queue/depth.js";
import { enqueue, queueStatus, whenOf, retryDeadJobs } from "./queue/queue.js";
import type { Store, StoreTransaction } from "./store.js";
import { branchStoreOn, branchTransactionOn } from "./tables/branches/store.js";
import { budgetStoreOn } from "./tables/budgets.js";
import { caseStoreOn, caseTransactionOn } from "./tables/cases/store.js";
import { beginPosting, markPosted, renewChecks, wantCheck, wantedChecks } from "./tables/changes/checks.js";
import { decisionAsOf, insertDecision, latestDecisions } from "./tables/changes/decisions.js";
import { acceptDeliveries } from "./tables/deliveries/accept.js";
import {
  findDelivery,
  forgetDeliveries,
  markDeliveryProcessed,
  storedDeliveries,
} from "./tables/deliveries/deliveries.js";
import { healingStoreOn, healingTransactionOn } from "./tables/healing/store.js";
import { lockName } from "./tables/locks.js";
import { mergeGroupStoreOn, mergeGroupTransactionOn } from "./tables/changes/merge-groups.js";
import { policyStoreOn, policyTransactionOn } from "./tables/policy-revisions.js";
import {
  notePullRequest,
  openPullRequests,
  openPullRequestsAt,
  openPullRequestsInto,
} from "./tables/changes/pull-requests.js";
import { countRefusals } from "./tables/refusals.js";
import { findPusher, savePusher } from "./tables/changes/pushes.js";
import {
  appendRecord,
  findMergeRecord,
  findRecord,
  gatedMerges,
  listRecords,
  recordsOfCase,
} from "./tables/records.js";
import { findTenant, listTenants, saveTenant } from "./tables/tenants.js";

export interface StoreOptions {
  /** Where PostgreSQL is; `null` for the embedded one. */
  readonly databaseUrl: string | null;
  /** The folder of the embedded database. */
  readonly dataDir: string;
  readonly logger: StoreLogger;
  readonly clock: Clock;
}

/** A store together with the database under it, from which workers take their jobs. */
export interface OpenedStore extends Store {
  readonly database: Database;
  readonly clock: Clock;
  readonly calm: () => Promise<void>;
}

/** Enough for ten jobs in transactions, the listener, the lease, and webhooks beside them. */
const CONNECTIONS = 20;
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * The database's usual compression costs it more than all else about what is long. Where it was built without LZ4, or is
 * older than version 14, it refuses this and goes on as usual.
 */
const FAST_COMPRESSION = "SET default_toast_compression = 'lz4'";

/**
 * Opens the database, brings its schema up to date, and gives the store on it.
 *
 * @throws CountersignError `store-unavailable` where it cannot be reached or its folder is in use, `migration-failed`
 *   where its schema cannot be brought up to date.
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const database = await openDatabase(options);
  try {
    await migrate(database, options.logger);
    await database.connect();
  } catch (error) {
    await database.close();
    throw error;
  }
  return storeOn(database, options.clock);
}

async function openDatabase({ databaseUrl, dataDir, logger }: StoreOptions): Promise<Database> {
  if (databaseUrl === null) {
    const embedded = await openEmbedded(dataDir, CONNECTIONS);
    reportLostConnections(embedded.pool, logger);
    return new Database({ pool: embedded.pool, embedded: true, release: () => embedded.close() });
  }
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: "countersign",
    verify: (client, done) => {
      client.query(FAST_COMPRESSION).then(
        () => {
          done();
        },
        () => {
          done();
        },
      );
    },
  });
  reportLostConnections(pool, logger);
  return new Database({ pool, embedded: false, release: () => pool.end() });
}

/** A connection that breaks is replaced at its next use; without listeners it would end the process. */
function reportLostConnections(pool: pg.Pool, logger: StoreLogger): void {
  const report = (error: Error): void => {
    logger.warn({ err: error }, "a database connection was lost");
  };
  pool.on("error", report);
  pool.on("connect", (client) => client.on("error", report));
}

function storeOn(database: Database, clock: Clock): OpenedStore {
  const intake = new Intake((deliveries) => acceptDeliveries(database, deliveries));
  return {
    database,
    clock,
    calm: () => intake.calm(),
    ...budgetStoreOn(database),
    ...caseStoreOn(database),
    ...branchStoreOn(database),
    ...mergeGroupStoreOn(database),
    ...policyStoreOn(database),
    ...healingStoreOn(database),
    acceptDelivery: (delivery) => intake.accept(delivery),
    findDelivery: (guid) => findDelivery(database, guid),
    storedDeliveries: database.bind(storedDeliveries),
    markDeliveryProcessed: database.bind(markDeliveryProcessed),
    forgetDeliveries: (before, most) => forgetDeliveries(database, before, most),
    findTenant: database.bind(findTenant),
    listTenants: database.bind(listTenants),
    saveTenant: database.bind(saveTenant),
    findPusher: database.bind(findPusher),
    savePusher: (push, mode = "replace") => database.use((queries) => savePusher(queries, push, mode)),
    notePullRequest: (pull) =>
      database.use(async (queries) => {
        await notePullRequest(queries, pull);
      }),
    openPullRequestsAt: database.bind(openPullRequestsAt),
    openPullRequests: database.bind(openPullRequests),
    latestDecisions: database.bind(latestDecisions),
    decisionAsOf: database.bind(decisionAsOf),
    findMergeRecord: database.bind(findMergeRecord),
    findRecord: database.bind(findRecord),
    recordsOfCase: database.bind(recordsOfCase),
    countRefusals: database.bind(countRefusals),
    gatedMerges: database.bind(gatedMerges),
    listRecords: database.bind(listRecords),
    wantedChecks: database.bind(wantedChecks),
    beginPosting: database.bind(beginPosting),
    markPosted: database.bind(markPosted),
    renewChecks: database.bind(renewChecks),
    enqueue: (job, options) => database.use((queries) => enqueue(queries, job, whenOf(options, clock))),
    transaction: (work) => database.transaction((queries) => work(transactionOn(queries, clock))),
    queueDepth: () => queueDepth(database),
    queueStatus: () => queueStatus(database),
    retryDeadJobs: (ids) => retryDeadJobs(database, ids ?? null),
    ping: () => ping(database),
    close: () => database.close(),
  };
}

function transactionOn(queries: Queries, clock: Clock): StoreTransaction {
  return {
    ...caseTransactionOn(queries, clock),
    ...branchTransactionOn(queries),
    ...mergeGroupTransactionOn(queries),
    ...policyTransactionOn(queries),
    ...healingTransactionOn(queries),
    lock: (name) => lockName(queries, `named:${name}`),
    insertDecision: (decision) => insertDecision(queries, decision, clock.now()),
    latestDecisions: bind(queries, latestDecisions),
    notePullRequest: bind(queries, notePullRequest),
    openPullRequestsAt: bind(queries, openPullRequestsAt),
    openPullRequestsInto: bind(queries, openPullRequestsInto),
    wantCheck: bind(queries, wantCheck),
    wantedChecks: bind(queries, wantedChecks),
    appendRecord: (record) => appendRecord(queries, record, clock.now()),
    findRecord: bind(queries, findRecord),
    recordsOfCase: bind(queries, recordsOfCase),
    enqueue: (job, options) => enqueue(queries, job, whenOf(options, clock)),
  };
}

async function ping(database: Database): Promise<void> {
  try {
    await database.query("SELECT 1");
  } catch (error) {
    throw error instanceof CountersignError ? error : unavailable(error);
  }
}
