import { caseIdOf, changeKeys } from "../../../src/breakglass/stored.js";
import { commentKeys } from "../../flows/break-glass/time/cases.js";
import type { Receiver } from "../../flows/break-glass/time/receiver.js";
import type { Story, Walk } from "../walk/walk.js";

/** No budget is passed, however many rounds there are. */
const POLICY = [
  "version: 1",
  "breakGlass:",
  "  acknowledge: { people: [1] }",
  "  routes: [{ channels: [siem] }]",
  "  budget: { percent: 100, days: 1 }",
  "",
].join("\n");

/** The configuration under which `receiver` is told as the policy of this story asks for. */
export const toldTo = (receiver: Receiver): Readonly<Record<string, string>> => ({
  ...receiver.variables("siem"),
  COUNTERSIGN_ALLOW_PRIVATE_TARGETS: "127.0.0.1",
});

/** Somebody pushes to the controlled branch, which becomes a case that everybody knows of. */
export const bypass =
  (receiver: () => Receiver): Story =>
  async (walk) => {
    const { repository, alice } = walk.killable;
    const push = async (path: string, text: string): Promise<string> =>
      await repository.push(alice, "main", { message: "Push", files: { [path]: text } });
    await push(".github/countersign.yml", POLICY);
    await walk.restart();
    return (round) => {
      let oid = "";
      return Promise.resolve({
        begin: async () => {
          oid = await push(`round-${round}.yaml`, `round: ${round}\n`);
        },
        end: () => caseOf(walk, receiver(), oid),
      });
    };
  };

/** What it leaves behind undisturbed. */
export const CASE = {
  state: "landed",
  announced: true,
  issues: 1,
  comments: ["landed"],
  alerts: 1,
  records: ["push", "break-glass"],
  timers: 18,
};

/** The case of a push of this commit to `main`. */
export function caseIdFor({ killable }: Walk, oid: string): string {
  return caseIdOf(changeKeys.forward(killable.repository.repo.id, "main", oid));
}

/** What a push left behind, save for what names this one. */
async function caseOf(walk: Walk, receiver: Receiver, oid: string): Promise<typeof CASE | object> {
  const { killable, store } = walk;
  const tenantId = killable.organization.account.id;
  const [key, id] = [changeKeys.forward(killable.repository.repo.id, "main", oid), caseIdFor(walk, oid)];
  const stored = await store.findCase(tenantId, id);
  const issues = killable.repository.issues().filter(({ title }) => title.includes(id));
  const records = await store.listRecords(tenantId, 0, 10_000);
  // Under whatever name: each push is one change.
  const own = records.filter(
    ({ changeKey, commitOid }) => changeKey === key || changeKey.startsWith(`${id}/`) || commitOid === oid,
  );
  return {
    state: stored?.state,
    announced: stored !== null && stored.announcedAt !== null,
    issues: issues.length,
    comments: issues.flatMap((issue) => commentKeys(issue, id)).map((name) => name.split(":")[0]),
    alerts: new Set(receiver.about(id).map((told) => told.id)).size,
    records: own.map(({ kind }) => kind),
    timers: (await store.timersOf(tenantId, id)).length,
  };
}
