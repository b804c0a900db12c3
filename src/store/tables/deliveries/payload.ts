import { gunzipSync, gzipSync } from "node:zlib";
import { CountersignError } from "../../../errors.js";

/** How a payload lies in the database: as it came, in rows of earlier versions, or as gzip (RFC 1952). */
export type PayloadEncoding = "identity" | "gzip";

/** More would take longer than to send and store what it saves. */
const FASTEST = { level: 1 };

/**
 * A payload as it is stored. Webhooks repeat themselves and become a tenth as long, so that far less travels to the
 * database, is written and logged there, and is kept; gzip's checksum tells what was damaged meanwhile.
 */
export const packPayload = (payload: Uint8Array): Buffer => gzipSync(payload, FASTEST);

/** The payload, byte for byte as it came. @throws CountersignError `invariant-broken` where what was stored is damaged */
export function unpackPayload(stored: Buffer, encoding: PayloadEncoding): Buffer {
  if (encoding === "identity") return stored;
  try {
    return gunzipSync(stored);
  } catch (cause) {
    throw new CountersignError("invariant-broken", "A stored payload is damaged.", {
      remedy: "Restore the table deliveries from a backup, then run: countersign jobs --retry-all",
      cause,
    });
  }
}
