import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { hostOf, isAllowed, isPublic, parsePrivateTargets } from "../../src/notify/net/addresses.js";
import { targets } from "./support/alerts.js";

describe("isPublic", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "140.82.112.3",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.0.1",
    "100.128.0.1",
  ])("%s is", (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each(["2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"])("%s is", (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each([
    ["this network", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["metadata", "169.254.169.254"],
    ["metadata of Alibaba", "100.100.100.200"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["protocol assignments", "192.0.0.192"],
    ["documentation", "203.0.113.5"],
    ["benchmarks", "198.18.0.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local, of old", "fec0::1"],
    ["unique local", "fd00::1"],
    ["metadata of AWS", "fd00:ec2::254"],
    ["multicast", "ff02::1"],
    ["IPv4-mapped loopback", "::ffff:127.0.0.1"],
    ["IPv4-mapped in hexadecimal", "::ffff:7f00:1"],
    ["IPv4-mapped metadata", "::ffff:a9fe:a9fe"],
    ["IPv4-compatible, of old", "::7f00:1"],
    ["NAT64", "64:ff9b::7f00:1"],
    ["NAT64, local", "64:ff9b:1::1"],
    ["6to4", "2002:7f00:1::"],
    ["Teredo", "2001:0:7f00:1::"],
    ["documentation", "2001:db8::1"],
    ["never given out", "4000::1"],
    ["decimal", "2130706433"],
    ["hexadecimal", "0x7f000001"],
    ["octal", "0177.0.0.1"],
    ["short", "127.1"],
    ["a name", "localhost"],
    ["nothing", ""],
  ])("%s is not: %s", (_what, address) => {
    expect(isPublic(address)).toBe(false);
  });

  it("judges an IPv4 address within IPv6 as the IPv4 address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublic(`::ffff:${address}`)).toBe(isPublic(address));
      }),
    );
  });
});

describe("hostOf", () => {
  it.each([
    ["Hooks.Example.COM", "hooks.example.com"],
    ["hooks.example.com.", "hooks.example.com"],
    ["2130706433", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["0177.0.0.1", "127.0.0.1"],
    ["127.1", "127.0.0.1"],
    ["[::1]", "::1"],
    ["::1", "::1"],
    ["0:0:0:0:0:FFFF:7f00:1", "::ffff:7f00:1"],
    ["１２７.０.０.１", "127.0.0.1"],
  ])("%s is %s", (text, host) => {
    expect(hostOf(text)).toBe(host);
  });

  it.each(["", "a b", "a/b", "user@host", "host?x", "host#x", "host\\x", "host:99", "999.1.1.1", "[::1"])(
    "%j is none",
    (text) => {
      expect(hostOf(text)).toBeNull();
    },
  );
});

describe("the operator's list", () => {
  it("holds hosts, addresses in any notation, and networks", () => {
    expect(parsePrivateTargets(" Hooks.Internal , 10.1.0.0/16,2130706433,::1, fd00::/8 ,")).toEqual({
      hosts: new Set(["hooks.internal"]),
      networks: ["10.1.0.0/16", "127.0.0.1/32", "::1/128", "fd00::/8"],
    });
  });

  it.each(["10.0.0.0/33", "https://hooks.internal", "a b", "hooks.internal/24", "fd00::/129", "host:80"])(
    "refuses %s",
    (entry) => {
      expect(parsePrivateTargets(`10.0.0.0/8,${entry}`)).toEqual({ unreadable: entry });
    },
  );

  it.each([
    ["10.1.0.0/16", "10.1.255.1", true],
    ["10.1.0.0/16", "10.2.0.1", false],
    ["10.1.0.0/16", "::ffff:10.1.0.1", true],
    ["10.1.0.0/16", "fd00::1", false],
    ["fd00::/8", "fd12::1", true],
    ["::/0", "127.0.0.1", false],
    ["0.0.0.0/0", "::1", false],
    ["127.0.0.1", "127.0.0.2", false],
    ["localhost", "127.0.0.1", false],
    ["10.1.0.0/16", "nonsense", false],
  ])("%s and %s: %s", (list, address, allowed) => {
    expect(isAllowed(address, targets(list))).toBe(allowed);
  });
});
