import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Command, parseCommand } from "../../src/breakglass/commands.js";
import { businessDays, hours, minutes } from "../../src/breakglass/time/duration.js";

const accepted = (comment: string): Command | string | null => {
  const parsed = parseCommand(comment);
  if (parsed === null) return null;
  return parsed.ok ? parsed.command : parsed.refusal.rule;
};

describe("a command", () => {
  it.each<[string, Command]>([
    ["/break-glass the db is down", { kind: "declare", reason: "the db is down" }],
    ["/break-glass データベース停止", { kind: "declare", reason: "データベース停止" }],
    ["/break-glass prod 🔥 👩‍💻 on it ⚠️", { kind: "declare", reason: "prod 🔥 👩‍💻 on it ⚠️" }],
    [
      "/break-glass acknowledged by nobody, so we go",
      { kind: "declare", reason: "acknowledged by nobody, so we go" },
    ],
    ["/break-glass back to the last release", { kind: "declare", reason: "back to the last release" }],
    ["/break-glass ack", { kind: "ack", note: "" }],
    ["/break-glass ack looking into it", { kind: "ack", note: "looking into it" }],
    ["/break-glass retro #12", { kind: "retro", pullRequest: 12 }],
    [
      "/break-glass extend 30m waiting for the vendor",
      { kind: "extend", duration: minutes(30), reason: "waiting for the vendor" },
    ],
    [
      "/break-glass extend 4H public holiday",
      { kind: "extend", duration: hours(4), reason: "public holiday" },
    ],
    [
      "/break-glass extend 2bd public holiday",
      { kind: "extend", duration: businessDays(2), reason: "public holiday" },
    ],
    ["/break-glass close", { kind: "close" }],
    ["/break-glass reject drops the audit log", { kind: "reject", reason: "drops the audit log" }],
    ["/break-glass help", { kind: "help" }],
    ["/countersign recheck", { kind: "recheck" }],
    ["/countersign help", { kind: "help" }],
    // Case and white space
    ["/Break-Glass ACK", { kind: "ack", note: "" }],
    ["/BREAK-GLASS Close", { kind: "close" }],
    ["   /break-glass \t ack \t a  note ", { kind: "ack", note: "a note" }],
    ["/break-glass\u00a0ack\u3000now", { kind: "ack", note: "now" }],
    ["/break-glass The DB Is Down", { kind: "declare", reason: "The DB Is Down" }],
    // Only the first line
    ["/break-glass ack\r\nAnd some words below.", { kind: "ack", note: "" }],
    ["/break-glass close\n> /break-glass reject all of it", { kind: "close" }],
    ["/break-glass ack\rnow", { kind: "ack", note: "" }],
  ])("%j", (comment, command) => {
    expect(accepted(comment)).toEqual(command);
  });

  it.each([
    ["/break-glass", "reason-missing"],
    ["/break-glass  ", "reason-missing"],
    ["/break-glass outage", "reason-missing"],
    ["/break-glass ... !!!", "reason-missing"],
    ["/break-glass reject", "reason-missing"],
    ["/break-glass reject no", "reason-missing"],
    ["/break-glass extend 4h", "reason-missing"],
    ["/break-glass extend", "duration-malformed"],
    ["/break-glass extend soon please wait", "duration-malformed"],
    ["/break-glass extend 4 hours for lunch", "duration-malformed"],
    ["/break-glass retro", "pull-request-malformed"],
    ["/break-glass retro 12", "pull-request-malformed"],
    ["/break-glass retro #0", "pull-request-malformed"],
    ["/break-glass retro #12 #13", "pull-request-malformed"],
    ["/break-glass retro other/repo#12", "pull-request-malformed"],
    ["/break-glass retro #99999999999", "pull-request-malformed"],
    ["/break-glass retro #١٢", "pull-request-malformed"],
    ["/break-glass close the firewall hole", "too-many-words"],
    ["/countersign recheck now", "too-many-words"],
    ["/break-glass akc", "keyword-misspelt"],
    ["/break-glass retor #12", "keyword-misspelt"],
    ["/break-glass extned 4h we are late", "keyword-misspelt"],
    ["/countersign", "unknown-command"],
    ["/countersign merge it", "unknown-command"],
    ["/breakglass the db is down", "unknown-command"],
    ["/break_glass ack", "unknown-command"],
    ["/break glass the db is down", "unknown-command"],
    ["/break-glasses on the table", "unknown-command"],
    ["/countersigned by me", "unknown-command"],
    ["/break-glass constructor", "reason-missing"],
    ["/countersign __proto__", "unknown-command"],
    [`/break-glass ${"so many words ".repeat(100)}`, "text-too-long"],
  ])("%j is answered: %s", (comment, rule) => {
    expect(accepted(comment)).toBe(rule);
  });
});

describe("what is no command, and gets no answer", () => {
  it.each([
    ["nothing", ""],
    ["another app's", "/lgtm"],
    ["talk", "please /break-glass ack"],
    ["a second line", "\n/break-glass ack"],
    ["below talk", "Hello\n/break-glass ack"],
    ["a quotation", "> /break-glass ack"],
    ["a quotation without a space", ">/break-glass ack"],
    ["a quotation in a list", "- > /break-glass ack"],
    ["indented code", "    /break-glass ack"],
    ["code indented by a tab", "\t/break-glass ack"],
    ["code indented by space and tab", "  \t/break-glass ack"],
    ["fenced code", "```\n/break-glass ack\n```"],
    ["tildes for a fence", "~~~ /break-glass ack"],
    ["code in the line", "`/break-glass ack`"],
    ["in a comment", "<!-- /break-glass ack -->"],
    ["below a comment", "<!-- template -->\n/break-glass ack"],
    ["escaped", "\\/break-glass ack"],
    ["emphasised", "**/break-glass ack**"],
    ["a list", "* /break-glass ack"],
    ["a task", "- [x] /break-glass ack"],
    ["a link", "[/break-glass ack](https://example.com)"],
    ["a path", "/break/glass ack"],
    ["another slash", "\uff0fbreak-glass ack"],
    ["another hyphen", "/break\u2010glass ack"],
    ["letters that only look alike", "/br\u0435ak-glass ack"],
    ["an entity", "&#47;break-glass ack"],
  ])("%s: %j", (_what, comment) => {
    expect(parseCommand(comment)).toBeNull();
  });
});

describe("what the reader does not see as we do is answered, and never acted on", () => {
  it.each([
    ["a zero-width space in the command", "/break\u200b-glass ack"],
    ["a zero-width space before it", "\u200b/break-glass ack"],
    ["a byte-order mark", "\ufeff/break-glass ack"],
    ["a zero-width joiner in the keyword", "/break-glass a\u200dck"],
    ["a soft hyphen", "/break\u00ad-glass ack"],
    ["text run backwards", "/break-glass \u202ekca\u202c we are down"],
    ["isolates", "/break-glass \u2066ack\u2069"],
    ["tag characters", "/break-glass ack\u{e0061}\u{e0063}"],
    ["a filler that looks empty", "/break-glass \u3164ack"],
    ["a variation selector on a letter", "/break-glass a\ufe0fck"],
    ["a line separator", "/break-glass ack\u2028more"],
    ["a NUL", "/break-glass ack\u0000"],
    ["half a character", "/break-glass ack \ud800"],
    ["a comment before the keyword", "/break-glass <!-- the db is down --> ack"],
    ["a comment that is not closed", "/break-glass ack <!-- and more"],
  ])("%s: %j", (_what, comment) => {
    expect(accepted(comment)).toBe("hidden-text");
  });

  it("letters that only look like a keyword make none", () => {
    expect(accepted("/break-glass ac\u212a")).toBe("reason-missing");
    expect(accepted("/break-glass \u0430ck")).toBe("reason-missing");
    expect(accepted("/break-glass clo\u017fe")).toBe("reason-missing");
  });
});

describe("any comment", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 });

  it("is read without falling over, and means the same whatever stands below", () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom("", "/break-glass ", "/countersign "), (line, below, start) => {
        const first = start + line.replace(/[\r\n]/g, "");
        expect(parseCommand(`${first}\n${below}`)).toEqual(parseCommand(first));
      }),
    );
  });

  it("means nothing once it is quoted, indented or fenced", () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom("> ", ">", "    ", "\t", "```\n", "`", "<!--", "- "),
        (line, before) => {
          expect(parseCommand(`${before}/break-glass ${line}`)).toBeNull();
        },
      ),
    );
  });
});
