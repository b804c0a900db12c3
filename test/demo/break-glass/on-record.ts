import { z } from "zod";
import { canonicalJson, sha256Hex } from "../../../src/evidence/canonical.js";
import { runCli } from "../app-process.js";
import * as show from "../show.js";
import type { Stage } from "../stage.js";

const line = z.object({
  kind: z.string(),
  digest: z.string(),
  record: z.unknown(),
});

/** Stops the app, and reads the cases and the sealed one's records back. @throws if a digest does not fit */
export async function readCases(stage: Stage, sealedCase: string): Promise<void> {
  show.scene(
    "13. What is on record",
    "The app is stopped again. The command line lists the cases with what each waits for, then the records of the sealed one.",
  );
  await stage.stopApp();
  const run = (...args: string[]) =>
    runCli(args, { environment: { COUNTERSIGN_DATA_DIR: stage.dataDir }, folder: stage.folder });
  show.command("auditor", "npx countersign cases");
  show.quote(await run("cases"));
  show.command("auditor", `npx countersign records --case ${sealedCase}`);
  show.quote(await run("records", "--case", sealedCase));
  const records = (await run("records", "--case", sealedCase, "--json")).trim().split("\n");
  const read = records.map((text) => line.parse(JSON.parse(text)));
  const broken = read.find(({ record, digest }) => sha256Hex(canonicalJson(record)) !== digest);
  if (broken !== undefined) throw new Error(`The digest ${broken.digest} does not fit its record.`);
  const seal = read.find(({ kind }) => kind === "break-glass-sealed");
  if (seal === undefined) throw new Error("The case has no seal.");
  const sealed = JSON.stringify(seal.record);
  const unsealed = read.find((one) => one !== seal && !sealed.includes(one.digest));
  if (unsealed !== undefined) throw new Error(`The seal does not name the digest ${unsealed.digest}.`);
  show.facts([
    ["Seal", `SHA-256 ${seal.digest}`],
    ["Over", `the ${read.length - 1} records before it, each named by its digest`],
    ["Checked", `all ${read.length} digests, recomputed from the records: the same`],
  ]);
}
