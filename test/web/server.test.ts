import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { CountersignError } from "../../src/errors.js";
import { silentLogger } from "../../src/logger.js";
import type { QueueStatus } from "../../src/store/store.js";
import type { QueueDepth } from "../../src/store/queue/depth.js";
import { healthHandler } from "../../src/web/health.js";
import { type Routes, type RunningServer, sendJson, serve } from "../../src/web/server.js";

const running: RunningServer[] = [];

async function start(routes: Routes): Promise<string> {
  const server = await serve(routes, { host: "127.0.0.1", port: 0 }, silentLogger);
  running.push(server);
  return server.url;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Sends a request line as it stands, which no client would. */
async function raw(url: string, line: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding("utf8").write(`${line}\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  await once(socket, "close");
  return answer;
}

/** Asks over a connection of `agent`, and leaves it open. */
async function ask(url: string, agent: Agent): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const asked = get(url, { agent }, (response) => {
      response.resume().once("end", resolve);
    });
    asked.once("error", reject);
  });
  // The agent takes its connection back one turn later.
  await new Promise(setImmediate);
}

/** A promise and what resolves it. */
function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const hello: Routes = {
  "GET /hello": (_request, response) => {
    sendJson(response, 200, { hello: "there" });
    return Promise.resolve();
  },
};

describe("serve", () => {
  it("answers a route, whatever its query", async () => {
    const url = await start(hello);
    const response = await fetch(`${url}/hello?a=b`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ hello: "there" });
  });

  it.each(["/", "/hello/", "/constructor"])("does not know %s", async (path) => {
    const response = await fetch((await start(hello)) + path);
    expect([response.status, await response.json()]).toEqual([404, { error: "not-found" }]);
  });

  it("does not take another method for the route's", async () => {
    expect((await fetch(`${await start(hello)}/hello`, { method: "POST" })).status).toBe(404);
  });

  it.each(["GET // HTTP/1.1", "GET http:// HTTP/1.1", "GET //[ HTTP/1.1", "OPTIONS * HTTP/1.1"])(
    "outlives a target that is no address: %s",
    async (line) => {
      const url = await start(hello);
      expect(await raw(url, line)).toMatch(/^HTTP\/1\.1 404 /);
      expect((await fetch(`${url}/hello`)).status).toBe(200);
    },
  );

  it("tells no detail of a handler that fails", async () => {
    const url = await start({ "GET /": () => Promise.reject(new Error("password is hunter2")) });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toEqual([500, { error: "internal" }]);
  });

  it("says where it listens, and fails where it cannot", async () => {
    const url = await start(hello);
    const port = Number(new URL(url).port);
    expect(port).toBeGreaterThan(0);
    await expect(serve(hello, { host: "127.0.0.1", port }, silentLogger)).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("lets a request under way finish before it closes", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived = (): void => undefined;
    const underWay = new Promise<void>((resolve) => (arrived = resolve));
    const server = await serve(
      {
        "GET /": async (_request, response) => {
          arrived();
          await held;
          sendJson(response, 200, {});
        },
      },
      { host: "127.0.0.1", port: 0 },
      silentLogger,
    );
    const answer = fetch(server.url, { headers: { connection: "close" } });
    await underWay;
    const closed = server.close();
    release();
    expect((await answer).status).toBe(200);
    await closed;
  });

  it("closes although a client keeps its connection busy, as a health check does", async () => {
    const { promise: arrived, resolve: arrive } = gate();
    const { promise: released, resolve: release } = gate();
    const url = await start({
      ...hello,
      "GET /slow": async (_request, response) => {
        arrive();
        await released;
        sendJson(response, 200, {});
      },
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const slow = ask(`${url}/slow`, agent);
    await arrived;
    const closed = running.splice(0).map((server) => server.close());
    release();
    await slow;

    const again = async () => {
      for (let time = 0; time < 20; time += 1) await ask(`${url}/hello`, agent);
    };
    await expect(again()).rejects.toMatchObject({
      code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
    });
    await Promise.all(closed);
    agent.destroy();
  });
});

describe("healthHandler", () => {
  const status: QueueStatus = {
    waiting: 3,
    running: 1,
    dead: [{ id: "1", task: "record-merge", key: "secret/7#12", attempts: 12, lastError: "acme/infra" }],
  };
  const none = { later: 0, running: 0, due: 0, oldestMs: null };
  const depths: QueueDepth[] = [
    { ...none, task: "record-merge", urgency: "merging", running: 1 },
    { ...none, task: "evaluate-pull-request", urgency: "ordinary", due: 1, oldestMs: 1_900 },
    { ...none, task: "publish-checks", urgency: "ordinary", due: 1, later: 1, oldestMs: 4_000 },
  ];
  const due = {
    merging: { jobs: 0, oldestSeconds: 0 },
    ordinary: { jobs: 2, oldestSeconds: 4 },
    bulk: { jobs: 0, oldestSeconds: 0 },
  };
  const health = async (ping: () => Promise<void>) => {
    const queueStatus = () => Promise.resolve(status);
    const queueDepth = () => Promise.resolve(depths);
    const response = await fetch(
      `${await start({ "GET /healthz": healthHandler({ ping, queueStatus, queueDepth }) })}/healthz`,
    );
    return { status: response.status, body: await response.json() };
  };

  it("counts the queue, and names nobody whose work waits", async () => {
    expect(await health(() => Promise.resolve())).toEqual({
      status: 200,
      body: { status: "ok", queue: { waiting: 3, running: 1, dead: 1, due } },
    });
  });

  it.each([
    [new CountersignError("store-unavailable", "db:5432 refused"), "store-unavailable"],
    [new Error("db:5432 refused"), "internal"],
  ])("is unhealthy while the database is away", async (error, code) => {
    expect(await health(() => Promise.reject(error))).toEqual({
      status: 503,
      body: { status: "unavailable", error: code },
    });
  });
});
