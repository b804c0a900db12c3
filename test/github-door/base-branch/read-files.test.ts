import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../../src/clock.js";
import type { FileNode } from "../../../src/github/base-branch/schemas.js";
import { connectGitHub } from "../../../src/github/github.js";
import { silentLogger } from "../../../src/logger.js";
import { setStage } from "../../github/support/stage.js";
import { ok } from "../asked.js";
import { ADDRESS, blob, controlFiles, pullRequest, repositoryAnswer } from "../nodes.js";
import { type Answer, StubGitHub } from "../stub.js";

const PATH = ".github/countersign/revoked_keys";
const KRL = Buffer.concat([Buffer.from("SSHKRL\n\0"), Buffer.from(Array.from({ length: 256 }, (_, i) => i))]);
const blobId = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

let github: StubGitHub;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
});

const binary = (bytes: Uint8Array, change: Partial<FileNode> = {}): FileNode =>
  blob("", { isBinary: true, text: null, oid: blobId(bytes), byteSize: bytes.length, ...change });

/** The control files where the list of revoked keys is `file`, and GitHub answers to its id with `answer`. */
async function filesWith(file: FileNode, answer: Answer) {
  const trustFolder = { entries: [{ name: "revoked_keys", object: file }] };
  github.answer(({ method }) =>
    method === "GET" ? answer : ok(repositoryAnswer(pullRequest(), controlFiles({ trustFolder }))),
  );
  return (await github.connect().facts.readPullRequest(ADDRESS)).controlFiles;
}

const content = (bytes: Uint8Array): Answer => ({
  json: { encoding: "base64", content: Buffer.from(bytes).toString("base64").replace(/.{60}/g, "$&\n") },
});
const MALFORMED = { known: false, reason: { code: "malformed" } };

describe("a list of revoked keys that is a key revocation list", () => {
  it("is read by its id, byte by byte", async () => {
    const files = await filesWith(binary(KRL), content(KRL));
    expect(files).toMatchObject({
      value: { revokedKeys: { path: PATH, oid: blobId(KRL), text: KRL.toString("latin1") } },
    });
    expect(github.calls.map(({ method, path }) => [method, path])).toEqual([
      ["POST", "/graphql"],
      ["GET", `/repos/acme/infra/git/blobs/${blobId(KRL)}`],
    ]);
  });

  it("costs no request where it is text", async () => {
    expect(await filesWith(blob("# none\n"), { status: 500 })).toMatchObject({
      value: { revokedKeys: { text: "# none\n" } },
    });
    expect(github.calls).toHaveLength(1);
  });

  it.each<[string, FileNode, Answer]>([
    ["other bytes than its id says", binary(KRL), content(Buffer.concat([KRL, Buffer.from("x")]))],
    ["no such list", binary(Buffer.from("\0\0")), content(Buffer.from("\0\0"))],
    ["larger than any list", binary(KRL, { byteSize: 512_001 }), content(KRL)],
    ["not there", binary(KRL), { status: 404, json: {} }],
    ["of a size that GitHub does not tell", binary(KRL, { byteSize: undefined }), content(KRL)],
  ])("is not known where it is %s", async (_, file, answer) => {
    const files = await filesWith(file, answer);
    expect(files).toMatchObject(MALFORMED);
    expect(JSON.stringify(files)).toContain("ssh-keygen -k");
  });

  it("is not known where GitHub refuses it, and an error where GitHub fails", async () => {
    expect(await filesWith(binary(KRL), { status: 403, json: {} })).toMatchObject({
      known: false,
      reason: { code: "forbidden" },
    });
    await expect(filesWith(binary(KRL), { status: 502, json: {} })).rejects.toMatchObject({
      code: "github-unavailable",
    });
  });

  it("is what a push brought, on a whole GitHub", async () => {
    const stage = await setStage();
    try {
      const { appId, privateKey, apiUrl } = stage.github;
      const files = { [PATH]: KRL, ".github/countersign/allowed_signers": "# none\n" };
      const oid = await stage.repository.push(stage.admin, "main", { message: "Revoke", files });
      const door = connectGitHub({ appId, privateKey, apiUrl }, systemClock, silentLogger);
      const { facts } = door.forInstallation(stage.installation.id);
      const reference = { id: stage.repository.repo.id, owner: "acme", name: "deploy" };
      expect(await facts.readControlFiles(reference, oid)).toMatchObject({
        value: { revokedKeys: { text: KRL.toString("latin1") }, allowedSigners: { text: "# none\n" } },
      });
      expect(stage.github.violations).toEqual([]);
    } finally {
      await stage.github.close();
    }
  });
});
