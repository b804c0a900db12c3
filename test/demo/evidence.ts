import { z } from "zod";
import { canonicalJson, sha256Hex } from "../../src/evidence/canonical.js";
import { silentLogger } from "../../src/logger.js";
import { systemClock } from "../../src/clock.js";
import { openStore } from "../../src/store/open.js";
import { runCli } from "./app-process.js";
import * as show from "./show.js";
import type { Stage } from "./stage.js";

const person = z.object({ login: z.string() });
const finding = z.object({ status: z.string(), subject: z.string(), reason: z.string() });

/** What the story shows of a line of `countersign records --json`; the record has more. */
const line = z.object({
  position: z.number(),
  kind: z.string(),
  outcome: z.string(),
  bypass: z.boolean(),
  recordedAt: z.string(),
  controls: z.array(z.string()),
  policyDigest: z.string(),
  digest: z.string(),
  record: z.object({
    branch: z.string(),
    repository: z.object({ owner: z.string(), name: z.string() }),
    change: z.object({
      number: z.number(),
      title: z.string(),
      author: person,
      head: z.object({ oid: z.string() }),
    }),
    landed: z.object({ mergedBy: person, mergedAt: z.string(), commitOid: z.string() }),
    commits: z.object({
      value: z.array(
        z.object({
          oid: z.string(),
          author: z.object({ name: z.string() }),
          signature: z.object({
            verdict: z.string(),
            format: z.string(),
            signer: z.object({ fingerprint: z.string(), principal: z.string() }),
          }),
        }),
      ),
    }),
    decision: z.object({
      outcome: z.string(),
      gates: z.array(z.object({ gate: z.string(), outcome: z.string(), findings: z.array(finding) })),
    }),
  }),
});
/** The record with everything that it says: the digest is over all of it. */
const whole = z.object({ record: z.unknown() });
type RecordLine = z.infer<typeof line>;

/** Stops the app and reads the record from its database by the command line, as an auditor on that machine would. */
export async function readRecord(stage: Stage): Promise<void> {
  show.scene(
    "7. The record, read back from the database",
    "The app is stopped, so that nothing but the database can answer. The command line reads the record and checks it against its digest.",
  );
  await stage.stopApp();
  show.command("auditor", "npx countersign records --pull 1 --json");
  const output = await runCli(["records", "--pull", "1", "--json"], {
    environment: { COUNTERSIGN_DATA_DIR: stage.dataDir },
    folder: stage.folder,
  });
  const lines = output.trim().split("\n");
  if (lines.length !== 1) throw new Error(`There are ${lines.length} records of one merge.`);
  const read: unknown = JSON.parse(lines[0] ?? "");
  const found = line.parse(read);
  const digest = sha256Hex(canonicalJson(whole.parse(read).record));
  if (digest !== found.digest) throw new Error(`The record's digest is ${digest}, not ${found.digest}.`);
  if (found.bypass) throw new Error("The record calls the merge a bypass.");
  show.facts(rowsOf(found));
}

function rowsOf({ record, ...columns }: RecordLine): [name: string, value: string][] {
  const { change, landed, repository, decision, commits } = record;
  const reviews = decision.gates.find(({ gate }) => gate === "review")?.findings ?? [];
  return [
    ["Record", `${columns.position}, a ${columns.kind}, written ${columns.recordedAt}`],
    [
      "What",
      `${repository.owner}/${repository.name}#${change.number} into ${record.branch}: ${change.title}`,
    ],
    ["Who", `opened by ${change.author.login}, merged by ${landed.mergedBy.login}`],
    ["When", landed.mergedAt],
    ["From", `${change.head.oid} (head)`],
    ["To", `${landed.commitOid} (merge commit)`],
    ["Commits", commits.value.map(commitLine).join("\n")],
    ["Gates", decision.gates.map(gateLine).join("\n")],
    ["Approvals", reviews.map(({ subject, reason }) => `${subject}: ${reason}`).join("\n")],
    ["Decision", `${decision.outcome}; bypass: ${columns.bypass ? "yes" : "no"}`],
    ["Policy", `SHA-256 ${columns.policyDigest}`],
    ["Controls", columns.controls.join(" ")],
    ["Digest", `SHA-256 ${columns.digest}\nrecomputed from the record: the same`],
  ];
}

type RecordedCommit = RecordLine["record"]["commits"]["value"][number];
type RecordedGate = RecordLine["record"]["decision"]["gates"][number];

function commitLine({ oid, author, signature }: RecordedCommit): string {
  const { verdict, format, signer } = signature;
  return `${oid.slice(0, 12)} by ${author.name}: ${verdict}, ${format} key ${signer.fingerprint} of ${signer.principal}`;
}

const gateLine = ({ gate, outcome, findings }: RecordedGate): string =>
  `${gate}: ${outcome}, ${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;

/** Tries what somebody with the database's own password might. @throws if the database lets it happen */
export async function tryToChangeRecord(stage: Stage): Promise<void> {
  show.scene(
    "8. A record cannot be changed",
    "Not even by the app: the database itself refuses. These run on the database that the app has just left.",
  );
  const store = await openStore({
    databaseUrl: null,
    dataDir: stage.dataDir,
    logger: silentLogger,
    clock: systemClock,
  });
  try {
    for (const statement of ['UPDATE "records" SET "bypass" = true', 'DELETE FROM "records"']) {
      show.command("sql", statement);
      const refused = await store.database.query(statement).then(
        () => null,
        (error: unknown) => error,
      );
      if (!(refused instanceof Error)) throw new Error(`The database let it happen: ${statement}`);
      show.answer(refused.message, false);
    }
  } finally {
    await store.close();
  }
}
