import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { expectWellFormed } from "../report/check/well-formed.js";
import { EXAMPLES } from "./examples.js";
import { htmlOf } from "./markdown.js";

const docs = join(import.meta.dirname, "../../docs");
const page = readFileSync(join(docs, "checks.md"), "utf8");

describe("the pictures of docs/checks.md", () => {
  it.each(EXAMPLES.map((example) => [example.name, example] as const))(
    "%s says in words what it shows, and is there",
    (name, { checks, open }) => {
      const alt = new RegExp(`!\\[([^\\]]*)\\]\\(images/check-${name}\\.png\\)`).exec(page)?.[1] ?? "";
      const shown = checks.find((check) => check.name === open);
      const verdict = /^## \S+ (.*)$/m.exec(shown?.summary ?? "")?.[1]?.replaceAll("&#8203;", "");
      expect(alt).toContain(`“${open}”`);
      expect(alt).toContain(verdict);
      expect(statSync(join(docs, `images/check-${name}.png`)).size).toBeLessThan(150 * 1_024);
    },
  );

  it("are of pages that leave no Markdown behind", () => {
    for (const { checks } of EXAMPLES)
      for (const { summary, text } of checks) {
        expectWellFormed(summary);
        expectWellFormed(text);
        const seen = htmlOf(`${summary}\n\n${text}`).replace(/<(code|pre)>[^]*?<\/\1>/g, "");
        expect(seen).not.toMatch(/\*\*|\]\(|`|^#|^\|/m);
      }
  });
});
