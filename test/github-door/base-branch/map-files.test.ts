import { describe, expect, it } from "@jest/globals";
import { binaryRevokedKeys, mapControlFiles } from "../../../src/github/base-branch/map-files.js";
import type { ControlFilesNode, FileNode } from "../../../src/github/base-branch/schemas.js";
import { BASE, blob, controlFiles } from "../nodes.js";

type Folder = NonNullable<ControlFilesNode["trustFolder"]>;
type Entry = NonNullable<Folder["entries"]>[number];

const entry = (name: string, object: Entry["object"]): Entry => ({ name, object });
const folder = (...entries: Entry[]): Folder => ({ entries });
const keyring = (...entries: { name: string; object: FileNode | null }[]): Entry => ({
  name: "keyring",
  object: { __typename: "Tree", oid: "e".repeat(40), entries },
});
const map = (change: Partial<ControlFilesNode> = {}, refused: readonly string[] = []) =>
  mapControlFiles(controlFiles(change), BASE, refused);

describe("mapControlFiles", () => {
  it("takes a branch without any for one that has none", () => {
    expect(map()).toEqual({
      known: true,
      value: {
        commitOid: BASE,
        defaultBranch: "main",
        defaultPolicy: null,
        policy: null,
        allowedSigners: null,
        revokedKeys: null,
        keyring: [],
        x509: { roots: [], timestampAuthorities: [], transparencyLogs: [] },
      },
    });
  });

  it("finds each file by its place, and keys by their ending", () => {
    const trustFolder = folder(
      entry("allowed_signers", blob("ada ssh-ed25519 AAAA")),
      entry("revoked_keys", blob("ssh-ed25519 BBBB")),
      entry("signers", blob("not this one")),
      keyring({ name: "ada.asc", object: blob("a key") }, { name: "README.md", object: null }),
    );
    expect(
      map({ policyFile: blob("version: 1"), defaultPolicyFile: blob("version: 1 "), trustFolder }),
    ).toMatchObject({
      value: {
        policy: { path: ".github/countersign.yml", text: "version: 1" },
        defaultPolicy: { path: ".github/countersign.yml", text: "version: 1 " },
        allowedSigners: { path: ".github/countersign/allowed_signers", text: "ada ssh-ed25519 AAAA" },
        revokedKeys: { path: ".github/countersign/revoked_keys", text: "ssh-ed25519 BBBB" },
        keyring: [{ path: ".github/countersign/keyring/ada.asc", text: "a key" }],
      },
    });
  });

  it("takes the list of revoked keys as it was read, where it is binary", () => {
    const list = blob("", { isBinary: true, text: null });
    const node = controlFiles({ trustFolder: folder(entry("revoked_keys", list), entry("signers", list)) });
    expect(binaryRevokedKeys(node)).toBe(list);
    expect(
      binaryRevokedKeys(controlFiles({ trustFolder: folder(entry("revoked_keys", blob(""))) })),
    ).toBeNull();
    expect(mapControlFiles(node, BASE, [], "SSHKRL")).toMatchObject({
      value: { revokedKeys: { path: ".github/countersign/revoked_keys", oid: list.oid, text: "SSHKRL" } },
    });
  });

  const unreadable: [string, FileNode][] = [
    ["binary", blob("", { isBinary: true, text: null })],
    ["cut", blob("version: 1", { isTruncated: true })],
    ["without text", blob("", { text: null })],
    ["a folder", { __typename: "Tree", oid: "e".repeat(40) }],
  ];
  it.each(unreadable)("knows none of them where one is %s", (_what, file) => {
    const places: [string, Partial<ControlFilesNode>][] = [
      [".github/countersign.yml", { policyFile: file }],
      [".github/countersign.yml", { defaultPolicyFile: file }],
      [".github/countersign/allowed_signers", { trustFolder: folder(entry("allowed_signers", file)) }],
      [".github/countersign/revoked_keys", { trustFolder: folder(entry("revoked_keys", file)) }],
      [
        ".github/countersign/keyring/ada.asc",
        { trustFolder: folder(keyring({ name: "ada.asc", object: file })) },
      ],
    ];
    for (const [path, change] of places) {
      const fact = map(change);
      expect(fact).toMatchObject({ known: false, reason: { code: "malformed" } });
      expect(JSON.stringify(fact)).toContain(path);
    }
  });

  it("does not take a submodule in a file's place for no file: a revocation would be gone", () => {
    expect(map({ trustFolder: folder(entry("revoked_keys", null)) })).toMatchObject({
      known: false,
      reason: { code: "malformed" },
    });
  });

  it.each([
    "repository.policyFile",
    "repository.defaultPolicyFile",
    "repository.trustFolder",
    "repository.trustFolder.entries.0.object",
    "repository.defaultBranchRef",
  ])("does not take %s for missing where GitHub refused it", (path) => {
    expect(map({}, [path])).toMatchObject({ known: false, reason: { code: "forbidden" } });
  });

  it("is not hindered by a refusal elsewhere", () => {
    expect(map({}, ["repository.pullRequest.baseRef.branchProtectionRule"])).toMatchObject({ known: true });
  });

  it("knows nothing where the default branch is not known: no branch would be the controlled one", () => {
    expect(map({ defaultBranchRef: null })).toMatchObject({ known: false, reason: { code: "forbidden" } });
  });
});
