import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  checkObject,
  formatOf,
  objectId,
  splitObject,
  type ObjectType,
} from "../../src/signatures/object/split.js";
import { SignatureRefusal } from "../../src/signatures/reasons.js";
import { createRepository } from "../support/git.js";
import { createKeyring } from "../support/signing.js";
import { ALICE, payloadOf, withSignature } from "./support.js";

const split = (type: ObjectType, text: string, format: "sha1" | "sha256" = "sha1") => {
  const { payload, signature } = splitObject(type, Buffer.from(text), format);
  return [Buffer.from(payload).toString(), signature === null ? null : Buffer.from(signature).toString()];
};

const check = (type: ObjectType, text: string): string => {
  const raw = Buffer.from(text);
  try {
    return `email ${checkObject(type, raw, splitObject(type, raw, "sha1"), "sha1")?.email ?? "none"}`;
  } catch (error) {
    return error instanceof SignatureRefusal ? error.code : "crash";
  }
};

describe("splitting a commit", () => {
  it("unfolds the signature and leaves everything else as it is", () => {
    const payload = payloadOf({ headers: "change-id x\n y\n" });
    expect(split("commit", withSignature(payload, "A\n\nB\n").toString())).toEqual([payload, "A\n\nB\n"]);
    expect(split("commit", payload)).toEqual([payload, null]);
  });

  it("reads only the header of the repository's own object format, and drops the other from the payload", () => {
    const text = withSignature(payloadOf(), "A\nB", "gpgsig-sha256").toString();
    expect(split("commit", text)).toEqual([payloadOf(), null]);
    expect(split("commit", text, "sha256")).toEqual([payloadOf(), "A\nB\n"]);
  });

  it("takes no signature from the message", () => {
    const payload = payloadOf({ message: "gpgsig A\n B\n" });
    expect(split("commit", payload)).toEqual([payload, null]);
  });

  it("keeps a folded header that follows the signature", () => {
    const [head, rest] = [payloadOf().slice(0, payloadOf().indexOf("\n\n") + 1), "\nmessage"];
    expect(split("commit", `${head}gpgsig A\n B\nother C\n D\n${rest}`)).toEqual([
      `${head}other C\n D\n${rest}`,
      "A\nB\n",
    ]);
  });
});

describe("splitting a tag", () => {
  const head = `object ${"4".repeat(40)}\ntype commit\ntag v1\ntagger A <a@a.example> 1 +0000\n\n`;
  const armor = "-----BEGIN PGP SIGNATURE-----\n";

  it("starts the signature at the last armor line", () => {
    expect(split("tag", `${head}text\n${armor}A\n`)).toEqual([`${head}text\n`, `${armor}A\n`]);
    expect(split("tag", `${head}${armor}A\n${armor}B\n`)).toEqual([`${head}${armor}A\n`, `${armor}B\n`]);
    expect(split("tag", `${head}text ${armor}`)).toEqual([`${head}text ${armor}`, null]);
  });

  it("leaves the other format's signature header out of the payload", () => {
    const signed = head.replace("\n\n", "\ngpgsig-sha256 A\n B\n\n");
    expect(split("tag", `${signed}text\n${armor}A\n`)).toEqual([`${head}text\n`, `${armor}A\n`]);
  });
});

describe("splitting as fast as it is done", () => {
  const HEADERS = { sha1: "gpgsig ", sha256: "gpgsig-sha256 " } as const;
  const ARMOR = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE|SSH SIGNATURE)-----/;

  /** Lines with their line end, up to the empty line, which is given with all that follows. */
  function linesOf(text: string): string[] {
    const lines = text.split(/(?<=\n)/);
    const empty = lines.indexOf("\n");
    return empty === -1 ? lines : [...lines.slice(0, empty), lines.slice(empty).join("")];
  }

  /** Git's own walk over the lines (commit.c, `parse_buffer_signed_by_header`), word for word. */
  function slowCommit(text: string, own: string): [string, string | null] {
    const [payload, signature]: [string[], string[]] = [[], []];
    let state = "payload";
    for (const line of linesOf(text)) {
      if (line.startsWith(own)) state = "first";
      else if (line.startsWith("gpgsig")) state = "dropped";
      else if (!line.startsWith(" ")) state = "payload";
      if (state === "first") signature.push(line.slice(own.length));
      if (state === "signature") signature.push(line.slice(1));
      if (state === "payload") payload.push(line);
      if (state === "first") state = "signature";
    }
    return [payload.join(""), signature.length === 0 ? null : signature.join("")];
  }

  /** The last armor line starts the signature; headers of either format are left out before it. */
  function slowTag(text: string): [string, string | null] {
    const lines = text.split(/(?<=\n)/);
    const start = lines.findLastIndex((line) => ARMOR.test(line));
    if (start === -1) return [text, null];
    let dropping = false;
    const payload = linesOf(lines.slice(0, start).join("")).filter((line) => {
      dropping =
        Object.values(HEADERS).some((header) => line.startsWith(header)) ||
        (dropping && line.startsWith(" "));
      return !dropping;
    });
    return [payload.join(""), lines.slice(start).join("")];
  }

  const soup = fc
    .array(
      fc.constantFrom(
        ...["gpgsig ", "gpgsig-sha256 ", "gpgsig", "gpgsigx ", "tree ", "mergetag ", "a", "\r", "\0", "\xe9"],
        ...["\n", "\n", "\n", "\n ", "\n ", "\n\n", " "],
        ...[
          "-----BEGIN PGP SIGNATURE-----",
          "-----BEGIN SSH SIGNATURE-----",
          "-----BEGIN ",
          "-----BEGIN PGP KEY",
        ],
        ...["\n-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----", "-----END PGP SIGNATURE-----"],
      ),
      { maxLength: 40 },
    )
    .map((pieces) => pieces.join(""));

  it.each(["sha1", "sha256"] as const)("gives what a slow walk over the lines gives: %s", (format) => {
    const property = fc.property(soup, fc.constantFrom<ObjectType>("commit", "tag"), (text, type) => {
      // A view into a larger buffer, as objects come from Git.
      const raw = new Uint8Array(Buffer.from(`gpgsig \n${text}`, "latin1")).subarray(8);
      const { payload, signature } = splitObject(type, raw, format);
      const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
      const found = [latin1(payload), signature === null ? null : latin1(signature)];
      expect(found).toEqual(type === "commit" ? slowCommit(text, HEADERS[format]) : slowTag(text));
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

describe("ambiguous objects", () => {
  const stamp = "A <a@a.example> 1700000000 +0000";
  const tree = `tree ${"4".repeat(40)}\n`;
  const parent = `parent ${"5".repeat(40)}\n`;
  const people = `author ${stamp}\ncommitter ${stamp}\n`;

  it.each([
    ["plain", `${tree}${parent}${people}\nm`, "email a@a.example"],
    ["root", `${tree}${people}\nm`, "email a@a.example"],
    ["merge", `${tree}${parent}${parent}${people}\nm`, "email a@a.example"],
    ["signature first", `gpgsig A\n B\n${tree}${people}\nm`, "email a@a.example"],
    ["no tree", `${parent}${people}\nm`, "object-malformed"],
    ["no author", `${tree}committer ${stamp}\n\nm`, "object-malformed"],
    ["committer first", `${tree}committer ${stamp}\nauthor ${stamp}\n\nm`, "object-malformed"],
    ["no committer", `${tree}author ${stamp}\n\nm`, "object-malformed"],
    ["nothing", "", "object-malformed"],
    ["two trees", `${tree}${tree}${people}\nm`, "object-malformed"],
    ["tree again", `${tree}${people}${tree}\nm`, "duplicate-header"],
    ["late parent", `${tree}${people}${parent}\nm`, "duplicate-header"],
    ["two authors", `${tree}author ${stamp}\n${people}\nm`, "object-malformed"],
    ["two committers", `${tree}${people}committer ${stamp}\n\nm`, "duplicate-header"],
    ["encoding twice", `${tree}${people}encoding a\nencoding b\n\nm`, "duplicate-header"],
    ["encoding once", `${tree}${people}encoding a\n\nm`, "email a@a.example"],
    ["NUL in a header", `${tree}${people}x \0\n\nm`, "nul-in-header"],
    ["NUL in the signature", `${tree}${people}gpgsig A\0B\n\nm`, "nul-in-header"],
    ["NUL in the message", `${tree}${people}\nm\0`, "email a@a.example"],
    ["two signatures", `${tree}${people}gpgsig A\ngpgsig B\n\nm`, "multiple-signatures"],
    ["unknown signature header", `${tree}${people}gpgsigfoo A\n\nm`, "unknown-signature-header"],
    ["other format's signature", `${tree}${people}gpgsig-sha256 A\n\nm`, "unknown-signature-header"],
    ["two addresses", `${tree}author ${stamp}\ncommitter A <a@a> <b@b> 1 +0000\n\nm`, "object-malformed"],
    ["no time", `${tree}author ${stamp}\ncommitter A <a@a> +0000\n\nm`, "object-malformed"],
    ["empty address", `${tree}author ${stamp}\ncommitter A <> 1 +0000\n\nm`, "email none"],
    ["byte order mark", `${tree}author ${stamp}\ncommitter A <\ufeffa@a> 1 +0000\n\nm`, "email \ufeffa@a"],
  ])("%s", (_, text, expected) => {
    expect(check("commit", text)).toBe(expected);
  });

  const object = `object ${"4".repeat(40)}\ntype commit\n`;
  it.each([
    ["plain", `${object}tag v1\ntagger ${stamp}\n\nm`, "email a@a.example"],
    ["no tagger", `${object}tag v1\n\nm`, "email none"],
    ["no tag", `${object}tagger ${stamp}\n\nm`, "object-malformed"],
    ["two taggers", `${object}tag v1\ntagger ${stamp}\ntagger ${stamp}\n\nm`, "duplicate-header"],
    ["two objects", `${object}tag v1\n${object}\nm`, "duplicate-header"],
    ["signature header", `${object}tag v1\ngpgsig A\n\nm`, "multiple-signatures"],
  ])("tag: %s", (_, text, expected) => {
    expect(check("tag", text)).toBe(expected);
  });
});

describe("object ids", () => {
  it.each(["sha1", "sha256"] as const)(
    "are Git's own in %s repositories, and split objects are what was signed",
    async (objectFormat) => {
      const [keyring, repository] = [await createKeyring(), await createRepository({ objectFormat })];
      try {
        const key = await keyring.sshKey();
        const commit = await repository.commit({ message: "One", author: ALICE, key });
        const tag = await repository.tag({ name: "v1", message: "One", tagger: ALICE, target: commit, key });
        for (const [type, oid] of [
          ["commit", commit],
          ["tag", tag],
        ] as const) {
          const raw = await repository.rawObject(oid);
          expect([objectId(type, raw, objectFormat), formatOf(oid)]).toEqual([oid, objectFormat]);
          const { payload, signature } = splitObject(type, raw, objectFormat);
          const again = await keyring.sshSign(key, payload);
          // Ed25519 signatures are deterministic, so the same bytes give the same signature.
          expect(Buffer.from(signature ?? []).toString()).toBe(again);
        }
      } finally {
        await repository.dispose();
        await keyring.dispose();
      }
    },
  );

  it.each(["", "main", "4".repeat(39), "4".repeat(41), "G".repeat(40), "A".repeat(40)])(
    "%j is none",
    (oid) => {
      expect(formatOf(oid)).toBeNull();
    },
  );
});
