import { describe, expect, it } from "@jest/globals";
import { gitEnvironment } from "../../src/git/environment.js";

const OURS = {
  PATH: "/bin",
  HOME: "/home/me",
  GIT_DIR: "/hook/.git",
  GIT_QUARANTINE_PATH: "/hook/q",
  GIT_CONFIG_GLOBAL: "/etc/me",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_SSH_COMMAND: "evil",
  GIT_EXTERNAL_DIFF: "evil",
  GIT_REPLACE_REF_BASE: "refs/evil/",
  GIT_SHALLOW_FILE: "/evil",
  GIT_GRAFT_FILE: "/evil",
  GIT_ALLOW_PROTOCOL: "ext",
  LC_ALL: "de_DE.UTF-8",
};

describe("git's environment", () => {
  it("holds nothing of git's own that could run programs or change an answer", () => {
    const environment = gitEnvironment(true, OURS);
    expect(JSON.stringify(environment)).not.toContain("evil");
    expect(environment).toMatchObject({
      PATH: "/bin",
      HOME: "/home/me",
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_NO_LAZY_FETCH: "1",
      GIT_ALLOW_PROTOCOL: "none",
      LC_ALL: "C",
    });
  });

  it("keeps whose folders are safe, and where the repository is only where none is named", () => {
    expect(gitEnvironment(true, OURS)).toMatchObject({
      GIT_DIR: "/hook/.git",
      GIT_QUARANTINE_PATH: "/hook/q",
      GIT_CONFIG_GLOBAL: "/etc/me",
      GIT_CONFIG_KEY_0: "safe.directory",
    });
    const elsewhere = gitEnvironment(false, OURS);
    expect(Object.keys(elsewhere)).not.toContain("GIT_DIR");
    expect(Object.keys(elsewhere)).not.toContain("GIT_QUARANTINE_PATH");
    expect(elsewhere).toMatchObject({ GIT_CONFIG_COUNT: "1" });
  });
});
