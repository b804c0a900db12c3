import type { RenderedCheck } from "../../src/report/checks.js";
import type { Example } from "./examples.js";
import { escaped, htmlOf } from "./markdown.js";

/** A page that shows check runs as GitHub does: the list at the left, the one that is open at the right. */
export function pageOf({ pull, checks, open }: Example): string {
  const shown = checks.find(({ name }) => name === open);
  if (shown === undefined) throw new Error(`no check ${open}`);
  const body = [
    `<h1>${escaped(shown.name)} <span class="${shown.conclusion}">${WORDS[shown.conclusion]}</span></h1>`,
    `<p class="buttons">${shown.actions.map(({ label }) => `<button>${label}</button>`).join("")}</p>`,
    htmlOf(shown.summary),
    annotationsOf(shown),
    htmlOf(shown.text),
  ];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(pull)}</title>
<style>${STYLE}</style>
<header>${escaped(pull).replace(/#\d+$/, (number) => `<span>${number}</span>`)}</header>
<main><nav>${checks.map((check) => inList(check, check === shown)).join("")}</nav>
<article>${body.join("\n")}</article></main>
<script>document.documentElement.dataset.height = document.documentElement.scrollHeight</script></html>`;
}

const WORDS: Readonly<Record<RenderedCheck["conclusion"], string>> = {
  success: "succeeded",
  failure: "failed",
  neutral: "neutral",
  action_required: "action required",
  pending: "in progress",
};

const inList = ({ name, title, conclusion }: RenderedCheck, open: boolean): string =>
  `<div class="run${open ? " open" : ""}"><i class="${conclusion}">${SIGNS[conclusion]}</i><div><b>${escaped(name)}</b><small>${escaped(title)}</small></div></div>`;

const SIGNS: Readonly<Record<RenderedCheck["conclusion"], string>> = {
  success: "✓",
  failure: "✕",
  neutral: "■",
  action_required: "!",
  pending: "●",
};

function annotationsOf({ annotations }: RenderedCheck): string {
  if (annotations.length === 0) return "";
  const each = annotations.map(
    ({ path, start_line, annotation_level, title, message }) =>
      `<div class="annotation ${annotation_level}"><small>Line ${start_line} in ${escaped(path)}</small><b>${escaped(title)}</b><p>${escaped(message)}</p></div>`,
  );
  return `<h5>Annotations</h5>${each.join("")}`;
}

const STYLE = `
* { box-sizing: border-box; }
html { background: #fff; color: #1f2328; font: 14px/1.5 "DejaVu Sans", Verdana, sans-serif; -webkit-font-smoothing: antialiased; }
body { margin: 0; }
header { padding: 14px 20px; border-bottom: 1px solid #d1d9e0; font-size: 17px; }
header span { color: #59636e; }
main { display: flex; align-items: stretch; }
nav { flex: 0 0 270px; padding: 14px 10px; background: #f6f8fa; border-right: 1px solid #d1d9e0; }
.run { display: flex; gap: 9px; padding: 8px; border: 1px solid transparent; border-radius: 6px; }
.run.open { background: #fff; border-color: #d1d9e0; }
.run b { display: block; font-size: 13px; }
.run small { display: block; color: #59636e; font-size: 11px; line-height: 1.4; }
i { flex: 0 0 18px; height: 18px; margin-top: 1px; border-radius: 9px; color: #fff; font: bold 11px/18px "DejaVu Sans"; text-align: center; }
i.success { background: #1a7f37; } i.failure { background: #cf222e; } i.neutral { background: #818b98; } i.action_required, i.pending { background: #9a6700; }
article { flex: 1; min-width: 0; padding: 18px 26px 22px; }
h1 { margin: 0; font-size: 15px; } h1 span { font-weight: normal; color: #59636e; }
.buttons { float: right; margin: -26px 0 0; }
button { margin-left: 6px; padding: 4px 12px; border: 1px solid #d1d9e0; border-radius: 6px; background: #f6f8fa; color: #25292e; font: bold 12px "DejaVu Sans"; }
h2 { margin: 18px 0 14px; padding-bottom: 6px; border-bottom: 1px solid #d1d9e0; font-size: 20px; line-height: 1.3; }
h3 { margin: 20px 0 10px; font-size: 17px; } h4 { margin: 16px 0 8px; font-size: 14px; } h5 { margin: 20px 0 8px; font-size: 13px; }
p, ul, pre { margin: 0 0 12px; } ul { padding-left: 24px; }
a { color: #0969da; text-decoration: none; }
table { border-collapse: collapse; margin: 0 0 14px; } th, td { padding: 5px 11px; border: 1px solid #d1d9e0; text-align: left; vertical-align: top; }
th { background: #f6f8fa; } th, td:first-child { white-space: nowrap; } td:nth-child(2) { min-width: 104px; }
code { padding: 2px 5px; border-radius: 5px; background: #eff1f3; font: 12px "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { padding: 12px 14px; border-radius: 6px; background: #f6f8fa; } pre code { padding: 0; background: none; white-space: pre-wrap; }
details { margin: 0 0 10px; } summary { margin-bottom: 8px; } sub { font-size: 12px; line-height: 1.4; vertical-align: baseline; color: #59636e; } sub code { font-size: 11px; }
.annotation { margin-bottom: 10px; padding: 9px 14px; border: 1px solid #d1d9e0; border-left: 4px solid #9a6700; border-radius: 6px; }
.annotation.failure { border-left-color: #cf222e; } .annotation small { display: block; color: #59636e; font: 12px "DejaVu Sans Mono"; } .annotation p { margin: 2px 0 0; }
`;
