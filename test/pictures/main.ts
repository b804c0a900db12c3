import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLES } from "./examples.js";
import { pageOf } from "./page.js";

/**
 * `npm run pictures`: the pictures of `docs/checks.md`, of what the app really writes. Needs a Chromium, which tests do
 * not, and pngquant, which makes the pictures a third of their size.
 */

const WIDTH = 1_060;
const SCALE = 1.5;
const OUT = join(import.meta.dirname, "../../docs/images");

const run = (browser: string, folder: string, ...args: readonly string[]): string =>
  execFileSync(
    browser,
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-lcd-text",
      "--hide-scrollbars",
      `--user-data-dir=${join(folder, "profile")}`,
      ...args,
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );

const INSTALL = "apt-get install chromium pngquant fonts-dejavu-core fonts-noto-color-emoji";

function found(...names: readonly string[]): string {
  const name = names.find((one) => spawnSync(one, ["--version"], { stdio: "ignore" }).status === 0);
  if (name === undefined) throw new Error(`There is no ${names.join(" or ")}: ${INSTALL}`);
  return name;
}

const folder = mkdtempSync(join(tmpdir(), "countersign-pictures-"));
try {
  const browser = found("chromium", "chromium-browser", "google-chrome");
  const shrink = found("pngquant");
  for (const example of EXAMPLES) {
    const page = join(folder, `${example.name}.html`);
    const picture = join(OUT, `check-${example.name}.png`);
    writeFileSync(page, pageOf(example));
    const dom = run(browser, folder, `--window-size=${WIDTH},200`, "--dump-dom", page);
    const height = Number(/data-height="(\d+)"/.exec(dom)?.[1] ?? 1_000);
    run(
      browser,
      folder,
      `--window-size=${WIDTH},${height}`,
      `--force-device-scale-factor=${SCALE}`,
      `--screenshot=${picture}`,
      page,
    );
    execFileSync(shrink, ["--force", "--output", picture, "32", "--", picture]);
    process.stdout.write(`${picture} ${Math.ceil(statSync(picture).size / 1_024)} KB\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
