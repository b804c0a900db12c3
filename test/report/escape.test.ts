import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { code, commandBlock, linkTarget, plain, visible } from "../../src/report/escape.js";
import { plainMarkdown } from "../../src/report/plain.js";

const HOSTILE = [
  "**bold** _it_ ~~no~~ `code`",
  "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
  "<img src=x onerror=alert(1)><script>alert(1)</script><!-- ",
  "</summary></details>",
  "@everyone @org/team mail@example.com #1 GH-2 o/r#3",
  "https://evil.example www.evil.example",
  ":tada: $x^2$",
  "# title",
  "- item",
  "1. item",
  "| a | b |",
  "> quote",
  "a\n\n```sh\nrm -rf /\n```\n",
  "\u202eevil\u2066\u200b\u0007\u001b[31m",
  "&lt;b&gt; &#64;all",
  "\\@ \\<b\\>",
  "    indented code",
];

/** Characters as GitHub's page would hold them once entities are resolved. */
const resolved = (markdown: string): string =>
  markdown.replace(/&#(\d+);/g, (_all, digits: string) => String.fromCodePoint(Number(digits)));

const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "@",
        "#1",
        "www.",
        "http://",
        "GH-1",
        ":x:",
        "<b>",
        "`",
        "*",
        "|",
        "\n",
        "a",
        "\\",
        "&",
        ";",
        "\u202e",
        "[",
        "](",
        ")",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

describe("plain", () => {
  it.each(HOSTILE)("leaves no markup in %j", (text) => {
    expect(plain(text)).not.toMatch(/[<>"'`*_{}[\]()+!|~\\$=^@]|^-|^\d+\.|\n/);
  });

  it("leaves nothing that Markdown, HTML, mentions, references or links are made of", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = plain(text);
        expect(markdown).not.toMatch(/[<>"'`*_{}[\]()+!|~\\$=^@\n\r\t]/);
        // A number sign and an ampersand only as parts of our own entities.
        expect(markdown.replace(/&#\d+;/g, "")).not.toMatch(/[&#]/);
        const page = resolved(markdown);
        expect(page).not.toMatch(/@[\w-]|#\d|www\.|https?:\/|\bGH-\d|:\w/i);
        expect(page.replaceAll("\u200b", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(markdown).not.toBe("");
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps every word readable: taken back, it is what was written", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text).trim();
        expect(resolved(plain(text)).replaceAll("\u200b", "")).toBe(shown === "" ? "–" : shown);
        expect(plainMarkdown(plain(text))).toBe(shown === "" ? "–" : shown);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves ordinary sentences as they are", () => {
    expect(plain("Add limits, then test; 2 of 3 done.")).toBe("Add limits, then test; 2 of 3 done.");
  });
});

describe("visible", () => {
  it("writes out what cannot be seen", () => {
    expect(visible("a\u202eb\u0000c\u200bd\ud800")).toBe("a\\u{202e}b\\u{0}c\\u{200b}d\\u{d800}");
    expect(visible("a\r\n\tb  c\u2028d")).toBe("a b c d");
  });
});

describe("code", () => {
  it.each([
    ["main", "`main`"],
    ["a`b", "``a`b``"],
    ["`a`", "`` `a` ``"],
    ["a\nb", "`a b`"],
    ["", "–"],
    ["a|b", "a&#124;b"],
  ])("writes %j as %s", (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it("cannot be left from inside, nor end a table's cell", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markdown = code(text);
        expect(markdown).not.toMatch(/[|\n]/);
        const ticks = /^`+/.exec(markdown)?.[0];
        if (ticks === undefined) return;
        const inside = markdown.slice(ticks.length, -ticks.length);
        expect(inside.match(/`+/g) ?? []).not.toContain(ticks);
      }),
    );
  });
});

describe("commandBlock", () => {
  it("shows commands one a line", () => {
    expect(commandBlock(["git fetch", "git push"])).toBe("```sh\ngit fetch\ngit push\n```");
  });

  it("cannot be left from inside", () => {
    expect(commandBlock(["a\n```\nb", "````"])).toBe("`````sh\na ``` b\n````\n`````");
  });

  it("writes out what a terminal would act on", () => {
    expect(commandBlock(["a\u001b[2Jb\u202e"])).toContain("a\\u{1b}[2Jb\\u{202e}");
  });
});

describe("linkTarget", () => {
  it.each([
    ["https://github.com/o/r/pull/1?a=b#c", true],
    ["http://127.0.0.1:3000/x", true],
    ["javascript:alert(1)", false],
    ["https://e.example/) [x](y", false],
    ["https://e.example/\n", false],
    ["https://e.example/<b>", false],
    [null, false],
  ])("takes %j: %s", (url, taken) => {
    expect(linkTarget(url)).toBe(taken ? url : null);
  });
});
