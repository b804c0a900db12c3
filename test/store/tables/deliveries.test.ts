import { randomBytes } from "node:crypto";
import { expect, it } from "@jest/globals";
import { packPayload } from "../../../src/store/tables/deliveries/payload.js";
import { eachDatabase, freshId } from "../../support/postgres.js";
import { aDelivery, AT } from "../samples.js";

const LATER = new Date(AT.getTime() + 60_000);

eachDatabase("deliveries", (store) => {
  it("are kept byte for byte", async () => {
    const delivery = aDelivery();
    expect(await store().acceptDelivery(delivery)).toBe("stored");

    const found = await store().findDelivery(delivery.guid);

    expect(found).toEqual({ ...delivery, payload: expect.anything(), processedAt: null });
    expect(Buffer.from(found?.payload ?? []).equals(Buffer.from(delivery.payload))).toBe(true);
    expect(await store().findDelivery("no-such-guid")).toBeNull();
  });

  it("are stored compressed, and those of earlier versions are read as they are", async () => {
    const [delivery, earlier] = [
      aDelivery({ payload: Buffer.from("{} ".repeat(10_000)) }),
      `guid-${freshId()}`,
    ];
    await store().acceptDelivery(delivery);
    await store().sql(
      `INSERT INTO deliveries (guid, tenant_id, event, payload, received_at)
       VALUES ($1, 1, 'push', convert_to('{"ref": "a"}', 'UTF8'), now())`,
      [earlier],
    );
    const stored = await store().sql<{ length: number; start: string }>(
      "SELECT length(payload), encode(substring(payload FOR 2), 'hex') AS start FROM deliveries WHERE guid = $1",
      [delivery.guid],
    );
    expect(stored).toEqual([{ length: expect.any(Number), start: "1f8b" }]);
    expect(stored[0]?.length).toBeLessThan(1_000);
    expect(Buffer.from((await store().findDelivery(earlier))?.payload ?? []).toString()).toBe('{"ref": "a"}');
  });

  it("that were damaged in the database are never taken for what GitHub sent", async () => {
    const guid = `guid-${freshId()}`;
    const intact = packPayload(Buffer.from('{"ref": "refs/heads/main"}'));
    const damaged = intact.map((byte, index) => (index === 15 ? byte ^ 1 : byte));
    await store().sql(
      `INSERT INTO deliveries (guid, tenant_id, event, payload, payload_encoding, received_at)
       VALUES ($1, 1, 'push', $2, 'gzip', now())`,
      [guid, Buffer.from(damaged)],
    );
    await expect(store().findDelivery(guid)).rejects.toMatchObject({ code: "invariant-broken" });
  });

  it("are queued just as the queue's own function would, and announced to those who wait", async () => {
    const guid = `guid-${freshId()}`;
    const columns = `to_jsonb(jobs) - '{id,key,payload,run_at,created_at,updated_at}'::text[] AS columns`;
    await store().sql(
      `SELECT graphile_worker.add_job('process-delivery', json_build_object('guid', $1::text),
                                      job_key => 'delivery:other-' || $1, max_attempts => 12, priority => 0)`,
      [guid],
    );
    const announced = await announcements(() => store().acceptDelivery(aDelivery({ guid })));
    expect(announced).toContainEqual({ r: expect.any(Number), count: 1 });
    const [own, theirs] = await Promise.all(
      [`delivery:${guid}`, `delivery:other-${guid}`].map((key) =>
        store().sql(
          `SELECT ${columns}, payload::text, run_at = created_at AND updated_at = created_at AS at_once
             FROM graphile_worker._private_jobs AS jobs WHERE key = $1`,
          [key],
        ),
      ),
    );
    expect(own).toEqual([{ columns: expect.any(Object), payload: expect.any(String), at_once: true }]);
    expect(own).toEqual(theirs);
    await store().sql("DELETE FROM graphile_worker._private_jobs WHERE key LIKE 'delivery:%' || $1", [guid]);
  });

  it("may belong to no installation and carry no action", async () => {
    const ping = aDelivery({ event: "ping", action: null, tenantId: 0, installationId: null });
    await store().acceptDelivery(ping);
    expect(await store().findDelivery(ping.guid)).toMatchObject({
      action: null,
      tenantId: 0,
      installationId: null,
    });
  });

  it("are stored once however often they come, and queue one job", async () => {
    const delivery = aDelivery();
    const answers = await Promise.all(Array.from({ length: 50 }, () => store().acceptDelivery(delivery)));

    expect(answers.filter((answer) => answer === "stored")).toHaveLength(1);
    expect(await jobsFor(`delivery:${delivery.guid}`)).toEqual([
      { attempts: 0, priority: 0, max_attempts: 12 },
    ]);
  });

  it("that come in a rush are all stored with their jobs, but for one that the database will not have", async () => {
    const deliveries = Array.from({ length: 200 }, (_one, index) =>
      aDelivery({
        payload: Buffer.from(`payload ${index} `.repeat(index)),
        installationId: index % 2 === 0 ? null : index,
        action: index % 3 === 0 ? null : "opened",
      }),
    );
    // Longer than what an index may hold, however well it is compressed.
    const refused = aDelivery({ guid: randomBytes(8_000).toString("hex") });
    const all = [...deliveries.slice(0, 100), refused, ...deliveries.slice(100)];
    const answers = await Promise.allSettled(all.map((delivery) => store().acceptDelivery(delivery)));

    expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(1);
    for (const delivery of deliveries) {
      const found = await store().findDelivery(delivery.guid);
      expect({ ...found, payload: Buffer.from(found?.payload ?? []).toString() }).toEqual({
        ...delivery,
        payload: Buffer.from(delivery.payload).toString(),
        processedAt: null,
      });
    }
    const guids = deliveries.map(({ guid }) => guid);
    const queued = await store().sql(
      "SELECT payload ->> 'guid' AS guid FROM graphile_worker._private_jobs WHERE payload ->> 'guid' = ANY ($1) AND key = 'delivery:' || (payload ->> 'guid')",
      [guids],
    );
    expect(queued).toHaveLength(guids.length);
    expect(await store().findDelivery(refused.guid)).toBeNull();
  });

  it("are queued again while unprocessed, and never after", async () => {
    const delivery = aDelivery();
    const key = `delivery:${delivery.guid}`;
    await store().acceptDelivery(delivery);
    await store().sql("DELETE FROM graphile_worker._private_jobs WHERE key = $1", [key]);

    expect(await store().acceptDelivery(delivery)).toBe("duplicate");
    expect(await jobsFor(key)).toHaveLength(1);

    await store().sql("DELETE FROM graphile_worker._private_jobs WHERE key = $1", [key]);
    await store().markDeliveryProcessed(delivery.guid, AT);
    expect(await store().acceptDelivery(delivery)).toBe("duplicate");
    expect(await jobsFor(key)).toEqual([]);
  });

  it("leave a running job alone", async () => {
    const delivery = aDelivery();
    const key = `delivery:${delivery.guid}`;
    await store().acceptDelivery(delivery);
    await store().sql(
      "UPDATE graphile_worker._private_jobs SET locked_by = 'x', locked_at = now() WHERE key = $1",
      [key],
    );
    await store().acceptDelivery(delivery);
    expect(await jobsFor(key)).toHaveLength(1);
    await store().sql("DELETE FROM graphile_worker._private_jobs WHERE key = $1", [key]);
  });

  it("are processed once: the first time stands", async () => {
    const delivery = aDelivery();
    await store().acceptDelivery(delivery);
    await store().markDeliveryProcessed(delivery.guid, AT);
    await store().markDeliveryProcessed(delivery.guid, LATER);
    expect((await store().findDelivery(delivery.guid))?.processedAt).toEqual(AT);
  });

  async function jobsFor(key: string): Promise<unknown[]> {
    return store().sql("SELECT attempts, priority, max_attempts FROM graphile_worker.jobs WHERE key = $1", [
      key,
    ]);
  }

  /** What a worker is told meanwhile of jobs to look for. */
  async function announcements(work: () => Promise<unknown>): Promise<unknown[]> {
    const listener = await store().database.pool.connect();
    const told: unknown[] = [];
    listener.on("notification", ({ payload }) => told.push(JSON.parse(payload ?? "null")));
    await listener.query('LISTEN "jobs:insert"');
    await work();
    await listener.query('UNLISTEN "jobs:insert"');
    listener.removeAllListeners("notification");
    listener.release();
    return told;
  }
});
