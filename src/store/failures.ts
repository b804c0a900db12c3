import { CountersignError } from "../errors.js";

/** SQLSTATEs after which running the transaction again may succeed: serialization failure and deadlock. */
const CONFLICT_STATES = new Set(["40001", "40P01"]);
/** What Prisma's driver adapters call trouble on the way to the database. */
const CONNECTION_KINDS = new Set([
  "AuthenticationFailed",
  "ConnectionClosed",
  "DatabaseAccessDenied",
  "DatabaseDoesNotExist",
  "DatabaseNotReachable",
  "SocketTimeout",
  "TlsConnectionError",
  "TooManyConnections",
]);
/** Prisma: no connection (P1…), none free in time (P2024), transaction not started or expired (P2028). */
const CONNECTION_CODES = /^(P1\d{3}|P2024|P2028)$/;
/** SQLSTATE classes: connection exception, insufficient resources, operator intervention; wrong password or database. */
const CONNECTION_STATES = /^(08...|53...|57P..|28...|3D000)$/;
/** Errors of Node's sockets and resolver. */
const SYSTEM_CODES = /^(E[A-Z_]+)$/;

/** Whether the transaction that failed so may be run again. */
export function isConflict(error: unknown): boolean {
  return codesOf(error).some(
    (code) => CONFLICT_STATES.has(code) || code === "P2034" || code === "TransactionWriteConflict",
  );
}

/** Whether the database could not be reached, as opposed to refusing a statement. */
export function isUnavailable(error: unknown): boolean {
  return codesOf(error).some(
    (code) =>
      CONNECTION_KINDS.has(code) ||
      CONNECTION_CODES.test(code) ||
      CONNECTION_STATES.test(code) ||
      SYSTEM_CODES.test(code),
  );
}

/** The SQLSTATE with which the server refused a statement, if that is what happened. */
export function sqlStateOf(error: unknown): string | null {
  return codesOf(error).find((code) => /^[0-9A-Z]{5}$/.test(code) && !/^P[12]\d{3}$/.test(code)) ?? null;
}

/** `error` as the rest of the app is to see it. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof CountersignError) return error;
  if (isConflict(error)) {
    return new CountersignError("store-conflict", "the transaction kept colliding with others", {
      cause: error,
    });
  }
  return isUnavailable(error) ? unavailable(error) : error;
}

export function unavailable(cause: unknown): CountersignError {
  return new CountersignError("store-unavailable", "the database does not answer", {
    remedy:
      "Check that the PostgreSQL server of DATABASE_URL runs and takes this user and password: psql $DATABASE_URL",
    cause,
  });
}

/** Every code that an error of node-postgres, of Prisma, or of Prisma around node-postgres carries. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 5) return [];
  const own = [field(error, "originalCode"), field(error, "code"), field(error, "kind")].filter(isString);
  const inner = [field(error, "meta"), field(error, "driverAdapterError"), field(error, "cause")];
  return [...own, ...inner.flatMap((next) => codesOf(next, depth + 1))];
}

function field(object: object, name: string): unknown {
  return Reflect.get(object, name);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
