import { describe, expect, it } from "@jest/globals";
import { eachDatabase } from "../support/postgres.js";

eachDatabase("an opened store", (store) => {
  it("answers", async () => {
    await expect(store().ping()).resolves.toBeUndefined();
  });
  it("has the tables and queue", async () => {
    const rows = await store().sql("select migration_name, checksum from _prisma_migrations");
    expect(rows).toHaveLength(1);
  });
  it("accepts a delivery", async () => {
    const delivery = {
      guid: "a",
      event: "push",
      action: null,
      tenantId: 1,
      installationId: 2,
      receivedAt: new Date(),
      payload: Buffer.from([0, 255, 1]),
    };
    expect(await store().acceptDelivery(delivery)).toBe("stored");
    expect(await store().acceptDelivery(delivery)).toBe("duplicate");
    expect(await store().findDelivery("a")).toMatchObject({ ...delivery, payload: expect.anything() });
    expect(await store().queueStatus()).toEqual({ waiting: 1, running: 0, dead: [] });
  });
});
describe("x", () => {
  it("y", () => {
    expect(1).toBe(1);
  });
});
