import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CountersignError } from "../../../src/errors.js";
import type { RetroactiveSource } from "../../../src/facts/case-source.js";
import { HEAD, REPOSITORY } from "../nodes.js";
import { type Answer, StubGitHub } from "../stub.js";

let github: StubGitHub;
let retroactive: RetroactiveSource;

beforeAll(async () => {
  github = await StubGitHub.start();
});
afterAll(() => github.stop());
beforeEach(() => {
  github.calls.length = 0;
  retroactive = github.connect().retroactive;
});

/** Git's kinds of entries: `name/` is a folder, `name@` a submodule, `name` a file. Each has its path as its object. */
const entry = (name: string) => {
  const path = name.replace(/[/@]$/, "");
  if (name.endsWith("/")) return { path, mode: "040000", type: "tree", sha: path };
  const submodule = { path, mode: "160000", type: "commit", sha: path };
  return name.endsWith("@") ? submodule : { path, mode: "100644", type: "blob", sha: path };
};

type Listing = readonly string[] | "cut" | "gone";

/** GitHub with these listings: of an object by itself, or with `**` behind it with all that is below. */
function listing(listings: Readonly<Record<string, Listing>>): void {
  github.answer(({ path }): Answer => {
    const [, oid = "", query] = /\/git\/trees\/([^?]+)(\?recursive=1)?$/.exec(path) ?? [];
    const found = listings[`${decodeURIComponent(oid)}${query === undefined ? "" : "**"}`];
    if (found === undefined) throw new CountersignError("invariant-broken", `${path} was asked for`);
    if (found === "gone") return { status: 404, json: {} };
    return { json: { truncated: found === "cut", tree: found === "cut" ? [] : found.map(entry) } };
  });
}

const read = () => retroactive.readReached(REPOSITORY, HEAD, (folder) => folder.startsWith("clusters"));
const shown = async () => {
  const fact = await read();
  return fact.known ? [...fact.value].map(([path, { mode }]) => `${path} ${mode}`) : fact.reason.code;
};

describe("the files of a commit that are reached", () => {
  it("are all files where GitHub lists them at once", async () => {
    listing({ [`${HEAD}**`]: ["docs/", "docs/a.md", "a.yaml"] });
    expect(await shown()).toEqual(["docs/a.md 100644", "a.yaml 100644"]);
    expect(github.calls).toHaveLength(1);
  });

  it("are looked for folder by folder where it does not, and others are one entry each", async () => {
    listing({
      [`${HEAD}**`]: "cut",
      [HEAD]: ["docs/", "clusters/", "lib@", "a.yaml"],
      "clusters**": ["prod/", "prod/a.yaml", "b.yaml"],
    });
    expect(await shown()).toEqual([
      "lib 160000",
      "a.yaml 100644",
      "docs 040000",
      "clusters/prod/a.yaml 100644",
      "clusters/b.yaml 100644",
    ]);
  });

  it("are looked for deeper where a folder has too many as well", async () => {
    listing({
      [`${HEAD}**`]: "cut",
      [HEAD]: ["clusters/"],
      "clusters**": "cut",
      clusters: ["prod/", "c.yaml"],
      "prod**": ["a.yaml"],
    });
    expect(await shown()).toEqual(["clusters/c.yaml 100644", "clusters/prod/a.yaml 100644"]);
  });

  it.each<[string, Readonly<Record<string, Listing>>, string]>([
    ["a folder is gone", { [HEAD]: ["clusters/"], "clusters**": "gone" }, "not-found"],
    ["one folder alone is cut off", { [HEAD]: "cut" }, "truncated"],
    ["a path is there twice", { [HEAD]: ["clusters/"], "clusters**": ["a", "a"] }, "malformed"],
    ["there are too many folders", { [HEAD]: many("clusters"), ...each("clusters") }, "truncated"],
  ])("are not known where %s", async (_what, listings, code) => {
    listing({ [`${HEAD}**`]: "cut", ...listings });
    expect(await shown()).toBe(code);
    expect(github.calls.length).toBeLessThanOrEqual(61);
  });
});

function many(name: string): string[] {
  return Array.from({ length: 100 }, (_, at) => `${name}-${at}/`);
}

function each(name: string): Readonly<Record<string, Listing>> {
  return Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${name}-${at}**`, ["a.yaml"]]));
}
