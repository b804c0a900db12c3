import { verify } from "node:crypto";
import { builtSignatures } from "../built.js";
import type { Figure } from "../figure.js";
import { race } from "../measure.js";
import { EVALUATED_AT, makeCommit, type BenchCommit } from "./commit.js";
import { everySigner } from "./signers/all.js";
import type { Signer } from "./signers/signer.js";

/** Distinct commits of each algorithm, so that no cache of the processor's holds the answer. */
const COMMITS = 100;
const GOAL = { kind: "at-least", ratio: 0.5 } as const;

/**
 * Each algorithm on one thread: everything that makes a verdict (object id, split, checks, armor, packets, the key's
 * validity, identity, rules) beside the bare mathematics over the same bytes with prepared keys.
 */
export async function algorithmFigures(turn: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const signer of everySigner()) {
    const rates = await rateOf(signer, turn);
    figures.push({
      group: "signatures",
      name: signer.name,
      unit: "/s",
      ours: rates.ours,
      peer: { name: "crypto.verify", value: rates.peer },
      goal: GOAL,
    });
  }
  return figures;
}

async function rateOf(signer: Signer, turn: number): Promise<{ ours: number; peer: number }> {
  const { buildTrust, verifyObject, NO_X509 } = await builtSignatures();
  const openpgp = signer.format === "openpgp";
  const file = { path: "key", oid: "", text: signer.publicKey };
  const trust = await buildTrust({
    allowedSigners: openpgp ? null : file,
    keyring: openpgp ? [file] : [],
    revokedKeys: null,
    registered: [],
    x509: NO_X509,
  });
  const commits = Array.from({ length: COMMITS }, (_, index) => makeCommit(signer, index, null));
  const ours = (): number => {
    for (const { oid, raw } of commits) {
      const { reason } = verifyObject({ type: "commit", oid, raw }, trust, EVALUATED_AT);
      if (reason !== "good") throw new Error(`${signer.name}: ${reason}`);
    }
    return COMMITS;
  };
  return race({ ours, peer: () => checkRaw(signer.name, commits), turn, turns: 7 });
}

function checkRaw(name: string, commits: readonly BenchCommit[]): number {
  for (const { check } of commits) {
    const valid = verify(check.digest, check.data, check.key, check.signature);
    if (!valid) throw new Error(`${name}: the raw signature is not valid`);
  }
  return commits.length;
}
