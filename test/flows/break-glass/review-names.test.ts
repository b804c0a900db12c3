import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { caseIdOf } from "../../../src/breakglass/stored.js";
import { type Landed, landCase } from "../../../src/flows/case/land.js";
import { resolvePolicy } from "../../../src/policy/resolve.js";
import { known } from "../../../src/facts/facts.js";
import { NO_X509 } from "../../../src/signatures/index.js";
import { GATES } from "../../../src/policy/finding.js";
import { decide, outcomeOf } from "../../../src/policy/decide.js";
import { withCast } from "../../support/cast.js";
import { eachDatabase } from "../../support/postgres.js";
import { emergencyRepository } from "./stage.js";
import { Receiver } from "./time/receiver.js";

/** Found among a million and a half: who can push can make such a pair in seconds. */
const PAIR = [0x134a9a, 0x16733e].map((oid) => oid.toString(16).padStart(40, "0"));

eachDatabase("two changes that have one id between them", (store) => {
  it("have a case each", async () => {
    const keys = PAIR.map((oid) => `1001/main@${oid}`);
    expect(new Set(keys.map((key) => caseIdOf(key))).size).toBe(1);
    for (const key of keys) await store().transaction((tx) => landCase(tx, landing(key)));
    const cases = await Promise.all(keys.map((key) => store().findCaseOfChange(1, key)));
    expect(cases.map((stored) => stored?.changeKey)).toEqual(keys);
    expect(new Set(cases.map((stored) => stored?.id)).size).toBe(2);
    // Heard of once more, each goes on in its own.
    for (const key of keys) await store().transaction((tx) => landCase(tx, landing(key)));
    expect(await store().listCases(1, 10)).toHaveLength(2);
  });
});

function landing(changeKey: string): Landed {
  const [, oid = ""] = changeKey.split("@");
  const at = "2026-03-03T02:00:00.000Z";
  const files = {
    commitOid: oid,
    policy: { oid: "b".repeat(40), path: ".github/countersign.yml", text: "version: 1\n" },
    allowedSigners: null,
    revokedKeys: null,
    keyring: [],
    x509: NO_X509,
    defaultBranch: "main",
    defaultPolicy: null,
    organization: known({ place: "acme/.github", file: null, used: null }),
  };
  const policy = resolvePolicy(known(files), oid);
  return {
    tenantId: 1,
    changeKey,
    repository: { id: 1001, owner: "acme", name: "shop" },
    branch: "main",
    pullNumber: null,
    repositoryUrl: "https://github.test/acme/shop",
    how: "push",
    policy,
    decision: decide(
      GATES.map((gate) => ({ gate, outcome: outcomeOf([]), findings: [] })),
      policy.identity,
      at,
    ),
    recordDigest: "0".repeat(64),
    appMayOpen: false,
    event: {
      kind: "landed",
      id: `landed:${changeKey}`,
      at,
      why: "",
      source: { kind: "delivery", url: null },
      by: null,
      change: changeKey,
      landedAt: at,
      beforeOid: "a".repeat(40),
      afterOid: oid,
      headOid: oid,
      involvement: { people: [], unread: null },
    },
  };
}

let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(async () => {
  await receiver.close();
});

withCast(
  "a branch with a long name",
  (cast) => {
    it("has its bypass recorded, and stakeholders are told", async () => {
      const { admin, scene } = cast();
      const branch = `release/${"x".repeat(220)}`;
      const repository = await emergencyRepository(cast(), "long", ["routes: [{ channels: [chat] }]"]);
      await repository.pushOid(admin, branch, await repository.tip());
      await scene.settled();
      const change = { message: "By hand", files: { "shop.yaml": "replicas: 9\n" } };
      await repository.push(admin, branch, change);
      await scene.settled();
      expect(repository.issues()).toHaveLength(1);
      expect(receiver.told("chat").map(({ kind }) => kind)).toEqual(["opened"]);
    });
  },
  ["postgres"],
  () => ({ channels: [receiver.channel("chat")] }),
);
