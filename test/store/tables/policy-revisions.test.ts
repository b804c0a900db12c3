import { expect, it } from "@jest/globals";
import { eachDatabase } from "../../support/postgres.js";

let tenants = 80_000;

eachDatabase("revisions of policies", (store) => {
  const fresh = () => ({ tenantId: (tenants += 1), of: null });
  const revision = (number: number, digit = "a", usedAt = "2026-11-24T12:00:00.000Z") => ({
    revision: number,
    digest: digit.repeat(64),
    commitOid: digit.repeat(40),
    usedAt,
  });

  it("are the highest that has judged", async () => {
    const place = fresh();
    expect(await store().newestRevision(place, null)).toBeNull();
    expect(await store().useRevision(place, revision(2))).toEqual(revision(2));
    expect(await store().useRevision(place, revision(10))).toEqual(revision(10));
    expect(await store().newestRevision(place, null)).toEqual(revision(10));
  });

  it("are not taken back, and of two with one number the first stays", async () => {
    const place = fresh();
    await store().useRevision(place, revision(2, "a"));
    expect(await store().useRevision(place, revision(1, "b"))).toEqual(revision(2, "a"));
    expect(await store().useRevision(place, revision(2, "c"))).toEqual(revision(2, "a"));
    expect(await store().newestRevision(place, null)).toEqual(revision(2, "a"));
    const both = await Promise.all(["d", "e"].map((digit) => store().useRevision(place, revision(3, digit))));
    expect(both[0]).toEqual(both[1]);
  });

  it("are told as of an instant", async () => {
    const place = fresh();
    await store().useRevision(place, revision(1, "a", "2026-11-24T12:00:00.000Z"));
    await store().useRevision(place, revision(2, "b", "2026-11-24T13:00:00.000Z"));
    const asOf = (time: string) => store().newestRevision(place, new Date(`2026-11-24T${time}Z`));
    expect(await asOf("11:59:59")).toBeNull();
    expect(await asOf("12:59:59")).toMatchObject({ revision: 1 });
    expect(await asOf("13:00:00")).toMatchObject({ revision: 2 });
  });

  it("of one account, repository or branch are nothing to another", async () => {
    const place = fresh();
    const { tenantId } = place;
    await store().useRevision(place, revision(9));
    const ofBranch = { tenantId, of: { repositoryId: 7, branch: "main" } };
    await store().useRevision(ofBranch, revision(3));
    expect(await store().newestRevision(place, null)).toMatchObject({ revision: 9 });
    expect(await store().newestRevision(ofBranch, null)).toMatchObject({ revision: 3 });
    for (const other of [
      fresh(),
      { tenantId, of: { repositoryId: 8, branch: "main" } },
      { tenantId, of: { repositoryId: 7, branch: "release" } },
    ])
      expect(await store().newestRevision(other, null)).toBeNull();
  });
});
