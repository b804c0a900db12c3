import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Receiver } from "../flows/break-glass/time/receiver.js";
import { bypass, CASE, toldTo } from "./stories/bypass.js";
import { walkThrough } from "./walk/through.js";

let receiver: Receiver;
/** Taken by the next alert, which then gets no answer. */
let onAlert: (() => void) | null = null;

beforeAll(async () => {
  receiver = await Receiver.start((response) => {
    if (onAlert === null) response.writeHead(204).end();
    else onAlert();
    onAlert = null;
  });
});
afterAll(async () => {
  await receiver.close();
});

const alerted = async (): Promise<string> => {
  await new Promise<void>((resolve) => {
    onAlert = resolve;
  });
  return "an alert";
};

walkThrough(
  "a direct push becomes a case that everybody knows of",
  bypass(() => receiver),
  {
    ...{ leaves: CASE, kills: [3, 1, 1], also: [alerted] },
    setting: () => ({ environment: toldTo(receiver) }),
  },
);

it("an alert that got no answer was sent again, under the same id", () => {
  const cases = new Set(receiver.told().map(({ caseId }) => caseId));
  const ids = [...cases].map((caseId) => receiver.about(caseId).map(({ id }) => id));
  expect(ids.filter((told) => told.length > 1).length).toBeGreaterThan(0);
  expect(ids.map((told) => new Set(told).size)).toEqual(ids.map(() => 1));
});
