import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { run } from "../../support/run.js";
import { rootOf, signedCommit, signerOf, subordinate } from "../../signatures/x509/support/world.js";
import { ALICE as SIGNER } from "../../signatures/support.js";
import { openScene, parseLines, type Scene } from "./scene.js";

/** S/MIME signatures on the command line: whose authorities, and for whom the policy lets them vouch. */

const root = rootOf();
const between = subordinate(root, "Intermediate");
const alice = signerOf(between);
let scene: Scene;
let oid = "";
let roots = "";
let others = "";
let policy = "";

beforeAll(async () => {
  scene = await openScene();
  const raw = signedCommit({ signer: alice, certificates: [alice, between] });
  const written = await run("git", ["hash-object", "-t", "commit", "-w", "--stdin"], {
    cwd: scene.repository.path,
    input: raw,
  });
  oid = written.toString("latin1").trim();
  roots = await scene.file("root.pem", root.pem);
  others = await scene.file("others.pem", rootOf().pem);
  policy = await scene.file(
    "policy.yml",
    `version: 1\nsignatures:\n  x509:\n    principals: ["${SIGNER.email}"]\n`,
  );
});
afterAll(() => scene.dispose());

async function verdict(...args: string[]) {
  const { stdout, code } = await scene.verify(["--json", "--at", "2026-01-01T00:00:00Z", ...args, oid]);
  const [line] = parseLines(stdout);
  return { code, reason: line?.reason, principal: line?.signer?.principal };
}

it("is good by an authority that was named, for whom the policy names", async () => {
  expect(await verdict("--x509-roots", roots, "--policy", policy)).toEqual({
    code: 0,
    reason: "good",
    principal: SIGNER.email,
  });
});

it.each([
  ["another authority was named", () => ["--x509-roots", others, "--policy", policy], "x509-untrusted"],
  ["the policy lets it vouch for nobody", () => ["--x509-roots", roots], "x509-principal-not-allowed"],
])("is not good where %s", async (_, args, reason) => {
  expect(await verdict(...args())).toMatchObject({ code: 1, reason });
});

it("is refused where the certificate is listed as revoked", async () => {
  const revoked = await scene.file("revoked", `${alice.fingerprint}\n`);
  const args = ["--x509-roots", roots, "--policy", policy, "--revoked-keys", revoked];
  expect(await verdict(...args)).toMatchObject({ code: 1, reason: "key-listed-as-revoked" });
});
