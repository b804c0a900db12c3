import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../test/support/database/server.js";
import type { Service } from "../service/service.js";

const PROGRAM = fileURLToPath(new URL("bare-probot.mjs", import.meta.url));
const START_LIMIT_MS = 60_000;

/** A bare Probot app as a process, with the credentials of the service's app. */
export interface BareProbot {
  readonly url: URL;
  end(): void;
}

/** Starts it with Probot's own server, and waits until it answers. */
export async function startBareProbot({ credentials, folder }: Service): Promise<BareProbot> {
  const port = await freePort();
  const settings = { HOST: "127.0.0.1", PORT: String(port), WEBHOOK_PATH: "/api/github/webhooks" };
  const child = spawn(process.execPath, [PROGRAM], {
    cwd: folder,
    env: { PATH: process.env["PATH"], LOG_LEVEL: "fatal", ...settings, ...credentials },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const end = (): void => {
    child.kill("SIGKILL");
  };
  process.on("exit", end);
  const url = new URL(`http://127.0.0.1:${port}`);
  const limit = Date.now() + START_LIMIT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > limit) throw new Error("The bare Probot app did not start.");
    await delay(50);
  }
  return { url, end };
}

async function answers(url: URL): Promise<boolean> {
  try {
    await fetch(new URL("/ping", url));
    return true;
  } catch {
    return false;
  }
}
