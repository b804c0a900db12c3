import { generateKeyPairSync } from "node:crypto";
import { pino } from "pino";
import { Probot } from "probot";
import { registerHandlers } from "../../src/webhooks/handlers.js";
import { APP_ID, type Example } from "./payloads.js";
import { contextOf, type Ports } from "./ports.js";

const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

/** Probot with our handlers, and nothing behind them but `ports`. */
export async function probotWith(ports: Ports): Promise<Probot> {
  const probot = new Probot({ appId: APP_ID, privateKey, secret: "s", log: pino({ level: "silent" }) });
  await probot.ready();
  registerHandlers(probot, contextOf(ports));
  return probot;
}

/** Has an event handled, as the delivery `guid-1`. */
export async function deliver(probot: Probot, { event, payload }: Example): Promise<void> {
  const delivery: object = { id: "guid-1", name: event, payload };
  await probot.receive(delivery as Parameters<Probot["receive"]>[0]);
}
