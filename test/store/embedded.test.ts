import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import pg from "pg";
import { PGlite } from "@electric-sql/pglite";
import { claimFolder } from "../../src/store/embedded/folder.js";
import { frame, FrameReader } from "../../src/store/embedded/frames.js";
import { Wire } from "../../src/store/embedded/wire.js";

describe("many connections over the one embedded session", () => {
  let engine: PGlite;
  let wire: Wire;
  let pool: pg.Pool;

  beforeAll(async () => {
    engine = await PGlite.create();
    wire = new Wire(engine);
    pool = new pg.Pool({ stream: () => wire.connect(), max: 8, ssl: false });
    await pool.query("CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)");
  });
  afterAll(async () => {
    await pool.end();
    await wire.close();
    await engine.close();
  });

  it("never mixes one connection's statements or answers with another's", async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) =>
        n % 2 === 0
          ? (await pool.query<{ v: number }>("SELECT $1::int AS v", [n])).rows[0]?.v
          : Number(
              (await pool.query<{ v: string }>("SELECT $1::text AS v, pg_sleep(0.001)", [String(n)])).rows[0]
                ?.v,
            ),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it("serves whoever opened a transaction alone until it ends", async () => {
    const increment = async (outcome: "COMMIT" | "ROLLBACK"): Promise<void> => {
      const client = await pool.connect();
      await client.query("BEGIN");
      const { rows } = await client.query<{ n: number }>("SELECT n FROM counter");
      await new Promise(setImmediate);
      await client.query("UPDATE counter SET n = $1", [(rows[0]?.n ?? 0) + 1]);
      await client.query(outcome);
      client.release();
    };
    const outside = pool.query("SELECT 1");
    await Promise.all(Array.from({ length: 30 }, (_, n) => increment(n % 3 === 0 ? "ROLLBACK" : "COMMIT")));
    await outside;
    expect((await pool.query("SELECT n FROM counter")).rows).toEqual([{ n: 20 }]);
  });

  it("goes on after errors, inside and outside of transactions", async () => {
    await expect(pool.query("SELECT 1/0")).rejects.toMatchObject({ code: "22012" });
    await expect(pool.query("SELECT $1::int", ["x"])).rejects.toMatchObject({ code: "22P02" });
    const client = await pool.connect();
    await client.query("BEGIN");
    await expect(client.query("SELECT 1/$1::int", [0])).rejects.toMatchObject({ code: "22012" });
    await expect(client.query("SELECT 1")).rejects.toMatchObject({ code: "25P02" });
    await client.query("ROLLBACK");
    client.release();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  it("rolls back what a connection that goes away left open, and lets the others in", async () => {
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("CREATE TABLE left_open (n int)");
    const waiting = pool.query("SELECT to_regclass('left_open') AS found");
    client.release(true);
    expect((await waiting).rows).toEqual([{ found: null }]);
  });

  it("rolls back a transaction that opens while its connection goes away", async () => {
    const client = await pool.connect();
    const opening = client.query("BEGIN").catch(() => undefined);
    client.release(true);
    await opening;
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  it("carries notifications to every connection", async () => {
    const [listener, other] = [await pool.connect(), await pool.connect()];
    const heard = new Promise((resolve) => listener.once("notification", resolve));
    await listener.query("LISTEN news");
    await other.query("SELECT pg_notify('news', 'hello')");
    expect(await heard).toMatchObject({ channel: "news", payload: "hello" });
    listener.release(true);
    other.release();
  });

  it("refuses statements prepared by name, which would outlive their batch", async () => {
    const client = await pool.connect();
    client.on("error", () => undefined);
    await expect(client.query({ name: "n", text: "SELECT 1" })).rejects.toThrow("prepared by name");
    client.release(true);
  });
});

describe("an engine that breaks", () => {
  it("ends every connection, and none waits for ever", async () => {
    const wire = new Wire({ execProtocolRaw: () => Promise.reject(new Error("engine is gone")) });
    const pool = new pg.Pool({ stream: () => wire.connect(), max: 2, ssl: false });
    pool.on("error", () => undefined);
    const results = await Promise.allSettled([pool.query("SELECT 1"), pool.query("SELECT 2")]);
    expect(results.map((result) => result.status)).toEqual(["rejected", "rejected"]);
    // Whoever connects anew learns of it as well.
    await expect(pool.query("SELECT 3")).rejects.toThrow("the embedded database has ended");
    await pool.end();
    await wire.close();
  });
});

describe("frames", () => {
  it("are found wherever the stream is cut", () => {
    const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]);
    const stream = Buffer.concat([
      startup,
      frame("Q", Buffer.from("SELECT 1\0")),
      frame("S", Buffer.alloc(0)),
    ]);
    for (let cut = 1; cut <= stream.length; cut++) {
      const reader = new FrameReader({ startup: true });
      const pieces = [];
      for (let at = 0; at < stream.length; at += cut)
        pieces.push(...reader.push(stream.subarray(at, at + cut)));
      expect(pieces.map(({ type, bytes }) => [type, bytes.length])).toEqual([
        ["", 8],
        ["Q", 14],
        ["S", 5],
      ]);
    }
  });
});

describe("a data folder", () => {
  let parent: string;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), "countersign-folder-"));
  });
  afterAll(async () => {
    await rm(parent, { recursive: true, force: true });
  });

  it("is made for its owner alone, and can be claimed again when given back", async () => {
    const folder = join(parent, "a", "b");
    const claim = await claimFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await claim.release();
    await (await claimFolder(folder)).release();
  });

  it("is refused while it is in use, with a remedy", async () => {
    const folder = join(parent, "used");
    const claim = await claimFolder(folder);
    await expect(claimFolder(folder)).rejects.toMatchObject({
      code: "store-unavailable",
      remedy: expect.stringContaining("COUNTERSIGN_DATA_DIR"),
    });
    await claim.release();
  });

  it.each([
    ["another living process", String(process.ppid), false],
    ["a process that is gone", "4194304", true],
    ["an earlier process with our own id", String(process.pid), true],
    ["nobody can tell whom", "", false],
  ])("that is locked by %s", async (_, owner, free) => {
    const folder = await mkdtemp(join(parent, "locked-"));
    await writeFile(join(folder, "countersign.lock"), owner);
    const claim = claimFolder(folder);
    if (free) await (await claim).release();
    else await expect(claim).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("that cannot be made is reported with a remedy", async () => {
    await writeFile(join(parent, "file"), "");
    await expect(claimFolder(join(parent, "file", "x"))).rejects.toMatchObject({ code: "store-unavailable" });
  });
});
