import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  retroactiveTemplate,
  retroactiveTitle,
  SECTIONS,
} from "../../../src/report/case/retroactive/template.js";
import { unfilledSections } from "../../../src/report/case/retroactive/unfilled.js";
import { ISSUE_URL, view } from "./make.js";
import { stopwatch } from "../../support/stopwatch.js";

const NAMES = SECTIONS.map(({ name }) => name);
const template = retroactiveTemplate(view());

/** The template with each section's hint replaced by what somebody wrote. */
const filled = (text: (name: string) => string): string =>
  SECTIONS.reduce<string>(
    (body, { name, hint }) => body.replace(`<!-- ${hint} -->`, () => text(name)),
    template,
  );

const FULL = filled((name) => `What there is to say of ${name.toLowerCase()}.`);

/** A description in which only `Why` is in question. */
const why = (text: string): string => filled((name) => (name === "Why" ? text : "Said."));
const WITH_IMPACT = "Said.\n\n## Impact";

describe("the retroactive template", () => {
  it("says nothing until it is filled in, and everything afterwards", () => {
    expect(unfilledSections(template)).toEqual(NAMES);
    expect(unfilledSections(FULL)).toEqual([]);
    expect(unfilledSections("")).toEqual(NAMES);
  });

  it("links to the case's issue once there is one", () => {
    expect(template).toContain(`[bg-3f2a9c01d4](${ISSUE_URL})`);
    expect(retroactiveTemplate(view(undefined, { issueUrl: null }))).toContain("case bg-3f2a9c01d4.");
  });

  it("has a title that hides nothing and fits", () => {
    expect(retroactiveTitle(view())).toBe("Break-glass bg-3f2a9c01d4: what landed on main");
    const odd = retroactiveTitle(view(undefined, { branch: `a\n\u202e${"b".repeat(999)}` }));
    expect(odd).not.toMatch(/[\n\u202e]/);
    expect(odd.length).toBeLessThanOrEqual(256);
  });

  it.each(NAMES)("misses a section that is taken out: %s", (name) => {
    expect(unfilledSections(FULL.replace(`## ${name}`, "## Something else"))).toEqual([name]);
    expect(unfilledSections(FULL.replace(`## ${name}\n`, ""))).toEqual([name]);
  });
});

describe("a section says nothing", () => {
  it.each([
    ["empty", ""],
    ["white space", " \t \n\n  "],
    ["a comment", "<!-- I wrote a lot here -->"],
    ["comments over lines", "<!-- one\ntwo\n\nthree --> <!---->"],
    ["the hint taken out of its comment", SECTIONS[1].hint],
    ["n/a", "n/a"],
    ["N/A.", "**N/A.**"],
    ["tbd", "TBD"],
    ["todo", "- [ ] todo"],
    ["an empty box", "- [ ]"],
    ["a ticked box", "- [x]"],
    ["punctuation", "... --- !!! —"],
    ["emoji", "🙈"],
    ["a break", "<br>&nbsp;<br/>"],
    ["a tag with a title", '<img src="why.png" alt="">'],
    ["a comment that is spelt as a link", "[//]: # (because)"],
    ["what has no shape", "\u200b\u3164\u2060\u00ad"],
    ["empty code", "```sh\n```"],
    ["only deeper headings", "### Background\n#### More"],
    ["an empty comment and a comment", "<!--> <!-- because -->"],
  ])("%s", (_name, text) => {
    expect(unfilledSections(why(text))).toEqual(["Why"]);
    expect(unfilledSections(why(text).replaceAll("\n", "\r\n"))).toEqual(["Why"]);
  });

  it("if its heading stands in code, in a comment, in a quotation or too far in", () => {
    for (const hidden of [
      "```\n## Why\nBecause.\n```",
      "<!--\n## Why\nBecause.\n-->",
      "<!-- --> ## Why\nBecause.",
    ])
      expect(unfilledSections(FULL.replace("## Why", hidden))).toContain("Why");
    expect(unfilledSections(FULL.replace("## Why", "> ## Why"))).toEqual(["Why"]);
    expect(unfilledSections(FULL.replace("## Why", "    ## Why"))).toEqual(["Why"]);
    expect(unfilledSections(FULL.replace("## Why", "##Why"))).toEqual(["Why"]);
  });

  it("if a comment before it never ends", () => {
    expect(unfilledSections(FULL.replace("## Impact", "<!-- oops\n## Impact"))).toEqual([
      "Impact",
      "Follow-up",
    ]);
  });

  it("if what it says belongs to the heading after it", () => {
    expect(unfilledSections(why("## Background\nBecause."))).toEqual(["Why"]);
  });
});

describe("a section says something", () => {
  it.each([
    ["a sentence", "The database was down."],
    ["a word", "Outage"],
    ["another script", "数据库宕机"],
    ["a number", "500"],
    ["code", "```\nERROR: out of memory\n```"],
    ["code with what looks like a heading", "~~~\n## Impact\n~~~"],
    ["a deeper heading with text", "### Background\nIt was down."],
    ["more than a mark of nothing", "N/A for customers, all of it internal"],
    ["text beside a comment", "<!-- hint --> Outage <!-- more -->"],
    ["text after a comment over lines", "<!-- hint\n--> Outage"],
    ["code whose info line is odd", "```sh <!--\necho outage\n```"],
  ])("%s", (_name, text) => {
    expect(unfilledSections(why(text))).toEqual([]);
    expect(unfilledSections(why(text).replaceAll("\n", "\r\n"))).toEqual([]);
  });

  it.each(["# why", "###### WHY ######", "   ## **Why?**", "## Why <!-- hint -->", "##\tWhy:"])(
    "under a heading as GitHub shows it: %s",
    (heading) => {
      expect(unfilledSections(FULL.replace("## Why", heading))).toEqual([]);
    },
  );

  it("with `Follow-up` spelt as people do", () => {
    for (const name of ["Follow up", "Followup", "FOLLOW-UP:"])
      expect(unfilledSections(FULL.replace("Follow-up", name))).toEqual([]);
  });

  it("in whichever of two sections of one name", () => {
    expect(unfilledSections(why(`\n\n${WITH_IMPACT}\n\n## Why\n\nBecause.`))).toEqual([]);
  });
});

describe("reading a description", () => {
  it("never throws, and finds only names of the template", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (body) => {
        for (const name of unfilledSections(body)) expect(NAMES).toContain(name);
      }),
    );
  });

  it("is quick on the longest and oddest description that GitHub takes", () => {
    for (const odd of ["<!--", "<", "`", "[", "-->", "&#"]) {
      const body = odd.repeat(Math.floor(65_536 / odd.length));
      const spent = stopwatch();
      unfilledSections(body);
      expect(spent()).toBeLessThan(2_000);
    }
  });
});
