import { type LookupAddress, type LookupOptions } from "node:dns";
import { describe, expect, it } from "@jest/globals";
import { guardedLookup, refusalOf, systemResolve, TargetRefused } from "../../src/notify/net/guard.js";
import { targets } from "./support/alerts.js";

const PUBLIC = { address: "140.82.112.3", family: 4 };
const PUBLIC_6 = { address: "2606:4700::1", family: 6 };
const LOOPBACK = { address: "127.0.0.1", family: 4 };

/** What the guard makes of a host whose name leads to `found`. */
function ask(
  found: readonly LookupAddress[],
  list = "",
  options: LookupOptions = { all: true },
  host = "hooks.example",
) {
  return new Promise<string | LookupAddress[]>((resolve, reject) => {
    guardedLookup(targets(list), () => Promise.resolve(found))(host, options, (error, address) => {
      if (error === null) resolve(address);
      else reject(error);
    });
  });
}

describe("guardedLookup", () => {
  it("hands out public addresses: all, one, or those of a family", async () => {
    await expect(ask([PUBLIC, PUBLIC_6])).resolves.toEqual([PUBLIC, PUBLIC_6]);
    await expect(ask([PUBLIC, PUBLIC_6], "", {})).resolves.toBe(PUBLIC.address);
    await expect(ask([PUBLIC, PUBLIC_6], "", { family: 6 })).resolves.toBe(PUBLIC_6.address);
    await expect(ask([PUBLIC, PUBLIC_6], "", { family: "IPv4", all: true })).resolves.toEqual([PUBLIC]);
  });

  it.each(["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:169.254.169.254", "fd00:ec2::254"])(
    "refuses a name that leads to %s",
    async (address) => {
      await expect(ask([{ address, family: address.includes(":") ? 6 : 4 }])).rejects.toThrow(TargetRefused);
    },
  );

  it("refuses a name of which one address is bad, in whatever place", async () => {
    await expect(ask([PUBLIC, LOOPBACK])).rejects.toThrow("hooks.example leads to 127.0.0.1");
    await expect(ask([LOOPBACK, PUBLIC])).rejects.toThrow(TargetRefused);
    await expect(ask([PUBLIC, LOOPBACK], "", { family: 4 })).rejects.toThrow(TargetRefused);
  });

  it("lets through what the operator named: the host, or the network", async () => {
    await expect(ask([LOOPBACK], "hooks.example")).resolves.toEqual([LOOPBACK]);
    await expect(ask([LOOPBACK], "hooks.example", { all: true }, "HOOKS.example.")).resolves.toEqual([
      LOOPBACK,
    ]);
    await expect(ask([LOOPBACK], "127.0.0.0/8")).resolves.toEqual([LOOPBACK]);
    await expect(ask([LOOPBACK], "other.example,10.0.0.0/8")).rejects.toThrow(TargetRefused);
  });

  it("says so where there is no address, or none of the family", async () => {
    await expect(ask([])).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(ask([PUBLIC], "", { family: 6 })).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("hands on what went wrong with the look-up", async () => {
    const lookup = guardedLookup(targets(), () => Promise.reject(new Error("no DNS")));
    const error = await new Promise((resolve) => {
      lookup("hooks.example", {}, resolve);
    });
    expect(error).toMatchObject({ message: "no DNS" });
  });

  it("asks the operating system unless told otherwise", async () => {
    const found = await systemResolve("localhost");
    expect(found.map(({ address }) => address)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(127\.|::1$)/)]),
    );
    await expect(ask(found)).rejects.toThrow(TargetRefused);
  });
});

describe("refusalOf", () => {
  it.each([
    ["hooks.example", true, "", null],
    ["140.82.112.3", true, "", null],
    ["hooks.example", false, "", "the connection would not be encrypted"],
    ["140.82.112.3", false, "", "the connection would not be encrypted"],
    ["127.0.0.1", true, "", "127.0.0.1 is not a public address"],
    ["::1", true, "", "::1 is not a public address"],
    ["127.0.0.1", false, "127.0.0.0/8", null],
    ["hooks.example", false, "hooks.example", null],
    // A name is held against networks once it is known where it leads, which is too late for http.
    ["hooks.example", false, "10.0.0.0/8", "the connection would not be encrypted"],
  ])("%s, encrypted %s, allowed %j: %s", (host, encrypted, list, reason) => {
    expect(refusalOf(host, encrypted, targets(list))).toBe(reason);
  });
});
