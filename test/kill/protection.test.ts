import { afterAll, beforeAll } from "@jest/globals";
import { RunningClock } from "../support/scene.js";
import { createKeyring, type Keyring, type SshKey } from "../support/signing.js";
import { audit, AUDITED } from "./stories/audit.js";
import { REASSESSED, reassessment } from "./stories/reassessment.js";
import { walkThrough } from "./walk/through.js";

let keyring: Keyring;
let aliceKey: SshKey;

beforeAll(async () => {
  keyring = await createKeyring();
  aliceKey = await keyring.sshKey({ comment: "alice@laptop" });
});
afterAll(async () => {
  await keyring.dispose();
});

walkThrough("a change of protection is audited", audit, { leaves: AUDITED, kills: [1, 1, 1] });
walkThrough(
  "a merge is looked at again",
  reassessment(() => aliceKey),
  {
    ...{ leaves: REASSESSED, kills: [1, 2, 1] },
    setting: () => ({ clock: new RunningClock() }),
  },
);
