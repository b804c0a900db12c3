import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Answer, BatchParser, UnreadableAnswer } from "../../src/git/batch-parser.js";

const WANTED = { types: new Set(["commit", "tag"]), maxSize: 100 };
const OID = "ab".repeat(20);

function parse(bytes: Buffer, cuts: readonly number[]): Answer[] {
  const parser = new BatchParser(WANTED);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const answers = ends.flatMap((end, index) => parser.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  expect(parser.midway).toBe(false);
  return answers;
}

const item = fc.oneof(
  fc.record({
    type: fc.constantFrom("commit", "tag", "blob", "tree"),
    raw: fc.uint8Array({ maxLength: 130 }),
  }),
  fc.constantFrom("missing", "ambiguous"),
);

describe("reading git cat-file --batch", () => {
  it("gives the same answers however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (items, cuts) => {
        const stream = items.map((one) =>
          typeof one === "string"
            ? Buffer.from(`some name ${one}\n`)
            : Buffer.concat([
                Buffer.from(`${OID} ${one.type} ${one.raw.length}\n`),
                one.raw,
                Buffer.from("\n"),
              ]),
        );
        const answers = parse(Buffer.concat(stream), cuts);
        expect(answers.map(plain)).toEqual(
          items.map((one) => {
            if (typeof one === "string") return { kind: "unknown", why: one };
            const { type, raw } = one;
            if (!WANTED.types.has(type)) return { kind: "unwanted", oid: OID, type };
            if (raw.length > WANTED.maxSize) return { kind: "too-large", oid: OID, size: raw.length };
            return { kind: "object", oid: OID, type, raw: Buffer.from(raw).toString("hex") };
          }),
        );
      }),
    );
  });

  it.each([
    ["no header", "gibberish\n"],
    ["an object longer than it says", `${OID} commit 3\nabcd\n`],
    ["a size that is none", `${OID} commit 3x\n`],
    ["a header without an end", "x".repeat(100_000)],
  ])("refuses %s", (_, text) => {
    expect(() => new BatchParser(WANTED).push(Buffer.from(text))).toThrow(UnreadableAnswer);
  });

  it("knows that it is in the middle", () => {
    const parser = new BatchParser(WANTED);
    expect(parser.push(Buffer.from(`${OID} commit 3\nab`))).toEqual([]);
    expect(parser.midway).toBe(true);
  });
});

const plain = (answer: Answer) =>
  answer.kind === "object" ? { ...answer, raw: Buffer.from(answer.raw).toString("hex") } : answer;
