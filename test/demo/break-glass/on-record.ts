import { z } from "zod";
import { canonicalJson, sha256Hex } from "../../../src/evidence/canonical.js";
import { runCli } from "../app-process.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";

/** What the story shows of a line of `countersign records --json`. */
const line = z.object({
  position: z.number(),
  kind: z.string(),
  outcome: z.string(),
  occurredAt: z.string(),
  digest: z.string(),
  record: z.unknown(),
});
type RecordLine = z.infer<typeof line>;

/** What a record of a case's step tells of it. */
const step = z.object({
  event: z.object({ kind: z.string() }),
  refusal: z.object({ rule: z.string() }).nullable(),
});

/** Stops the app, and reads the cases and the sealed one's records back. @throws if a digest does not fit */
export async function readCases(stage: Stage, sealedCase: string): Promise<void> {
  show.scene(
    "13. What is on record",
    "The app is stopped again. The command line lists the cases with what each waits for, then the records of the sealed one: the push, every step, whoever was refused, and the seal.",
  );
  await stage.stopApp();
  const run = (...args: string[]) => {
    show.command("auditor", `npx countersign ${args.join(" ")}`);
    return runCli(args, { environment: { COUNTERSIGN_DATA_DIR: stage.dataDir }, folder: stage.folder });
  };
  show.quote(await run("cases"));
  const output = await run("records", "--case", sealedCase, "--json");
  const records = output
    .trim()
    .split("\n")
    .map((text) => line.parse(JSON.parse(text)));
  const seal = verifiedSeal(records);
  show.quote(records.map(inShort).join("\n"));
  show.facts([
    ["Seal", `SHA-256 ${seal.digest}`],
    ["Over", `the ${records.length - 1} records before it, each named by its digest`],
    ["Checked", `all ${records.length} digests, recomputed from the records: the same`],
  ]);
}

/** The record that seals the others. @throws unless all are what their digests say, and the seal names each of them */
function verifiedSeal(records: readonly RecordLine[]): RecordLine {
  const broken = records.find(({ record, digest }) => sha256Hex(canonicalJson(record)) !== digest);
  if (broken !== undefined) throw new Error(`The digest ${broken.digest} does not fit its record.`);
  const seal = records.find(({ kind }) => kind === "break-glass-sealed");
  if (seal === undefined) throw new Error("The case has no seal.");
  const sealed = JSON.stringify(seal.record);
  const left = records.find((one) => one !== seal && !sealed.includes(one.digest));
  if (left !== undefined) throw new Error(`The seal does not name the digest ${left.digest}.`);
  return seal;
}

function inShort({ position, kind, outcome, occurredAt, digest, record }: RecordLine): string {
  const read = kind === "break-glass" ? step.safeParse(record) : null;
  const what = read?.success === true ? stepInShort(read.data) : `${kind}: ${outcome}`;
  const columns = [String(position).padStart(3), `${occurredAt.slice(0, 19)}Z`, what.padEnd(44)];
  return [...columns, `${digest.slice(0, 16)}…`].join("  ");
}

const stepInShort = ({ event, refusal }: z.infer<typeof step>): string =>
  refusal === null ? event.kind : `${event.kind}, refused by ${refusal.rule}`;
