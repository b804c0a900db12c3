/** The entry of a verifying thread: it is told the keys once, and then answers each parcel of objects. */
import { parentPort } from "node:worker_threads";
import { buildTrust } from "../../../signatures/trust.js";
import { verifyChunk, type Question } from "../chunk.js";
import { unpack, type FromWorker, type Settings, type ToWorker } from "./messages.js";

const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => {
  parentPort?.postMessage(message, transfer);
};

let question: Question | null = null;

async function start({ material, rules, at, json }: Settings): Promise<void> {
  question = { trust: await buildTrust(material), rules, at, json };
  say({ kind: "ready" });
}

parentPort?.on("message", (message: ToWorker) => {
  // What goes wrong here ends the thread, and by that the run: no object is passed over in silence.
  if (message.kind === "start") void start(message.settings);
  else if (question === null) throw new Error("A parcel came before the keys.");
  else {
    const { id, parcel } = message;
    const answered = verifyChunk(unpack(parcel), question);
    say({ kind: "answered", id, answered, spare: parcel.bytes }, [answered.lines.buffer, parcel.bytes]);
  }
});
