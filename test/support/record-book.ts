import { z } from "zod";
import type { StoredCase } from "../../src/store/ports/case-store.js";
import type { Store, StoredRecord } from "../../src/store/store.js";
import type { Repo } from "../github/world/model.js";

const object = z.looseObject({});
const gates = z.looseObject({
  decision: z.object({ gates: z.array(z.object({ findings: z.array(z.object({ reason: z.string() })) })) }),
});
const people = z.looseObject({
  case: z.looseObject({
    involvement: z.object({
      people: z.array(z.object({ account: z.object({ login: z.string() }), hand: z.string() })),
    }),
  }),
});

export type ReadRecord = Omit<StoredRecord, "body"> & { readonly body: Record<string, unknown> };
export type ReadCase = StoredCase & { readonly file: Record<string, unknown> };

/** What the app has written down of one repository, read back. */
export class RecordBook {
  readonly #store: Store;
  readonly #repo: Repo;

  constructor(store: Store, repo: Repo) {
    this.#store = store;
    this.#repo = repo;
  }

  /** Every record of the repository, in order. */
  async all(): Promise<ReadRecord[]> {
    const records = await this.#store.listRecords(this.#repo.owner.id, 0, 10_000);
    return records
      .filter(({ repository }) => repository.id === this.#repo.id)
      .map((record) => ({ ...record, body: object.parse(JSON.parse(record.body)) }));
  }

  async pushes(): Promise<ReadRecord[]> {
    return (await this.all()).filter(({ kind }) => kind === "push");
  }

  /** Its cases, the oldest first. */
  async cases(): Promise<ReadCase[]> {
    const cases = await this.#store.listCases(this.#repo.owner.id, 10_000);
    return cases
      .filter(({ repository }) => repository.id === this.#repo.id)
      .map((found) => ({ ...found, file: object.parse(JSON.parse(found.body)) }))
      .sort((one, other) => one.openedAt.getTime() - other.openedAt.getTime());
  }

  /** The reasons of a record's findings. */
  reasons(record: ReadRecord | undefined): string[] {
    const { decision } = gates.parse(record?.body);
    return decision.gates.flatMap(({ findings }) => findings.map(({ reason }) => reason));
  }

  /** Who had which hand in the change of a case: login and hand. */
  hands(found: ReadCase | undefined): (readonly [string, string])[] {
    const { involvement } = people.parse(found?.file).case;
    return involvement.people.map(({ account, hand }) => [account.login, hand] as const);
  }
}
