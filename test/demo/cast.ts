import { ALLOWED_SIGNERS_PATH, KEYRING_FOLDER, POLICY_PATH } from "../../src/policy/document.js";
import type { App } from "../github/world/model.js";
import type { LoopbackGitHub } from "../github/loopback.js";
import type { RepositoryHandle, UserHandle } from "../github/scenario.js";
import type { GpgKey, Keyring, SshKey } from "../support/signing.js";
import { IMAGE, manifest, MANIFEST_PATH } from "./manifests.js";

/** The people of the story, their keys, and the repository they work on. */
export interface Cast {
  readonly alice: UserHandle;
  readonly bob: UserHandle;
  readonly carol: UserHandle;
  readonly dave: UserHandle;
  readonly erin: UserHandle;
  readonly keys: {
    readonly alice: SshKey;
    readonly bob: GpgKey;
    /** Nobody's that anybody knows, though it says that it is Alice's. */
    readonly mallory: GpgKey;
  };
  readonly conftest: App;
  readonly repository: RepositoryHandle;
  /** The policy file in two parts: what every change needs, and what holds when somebody goes around that. */
  readonly policy: { readonly gates: string; readonly emergencies: string };
}

/** Makes everybody and everything, and installs the app on the organization. */
export async function assemble(github: LoopbackGitHub, keyring: Keyring): Promise<Cast> {
  const organization = github.organization("acme");
  const alice = github.user("alice", { name: "Alice Archer" });
  const bob = github.user("bob", { name: "Bob Bauer" });
  const carol = github.user("carol", { name: "Carol Chen" });
  const dave = github.user("dave", { name: "Dave Dorn" });
  const erin = github.user("erin", { name: "Erin Egede" });
  const keys = await makeKeys(keyring, alice, bob);
  alice.addKey(keys.alice);
  bob.addKey(keys.bob);
  const conftest = github.otherApp("conftest-runner");
  const policy = { gates: gates(conftest), emergencies: emergencies(alice, dave, erin) };
  const files = {
    [POLICY_PATH]: `${policy.gates}${policy.emergencies}`,
    [ALLOWED_SIGNERS_PATH]: `${alice.person.email} namespaces="git" ${keys.alice.publicKey}\n`,
    [`${KEYRING_FOLDER}/bob.asc`]: keys.bob.publicKey,
    [MANIFEST_PATH]: manifest({ replicas: 2, image: IMAGE }),
  };
  const repository = await organization.repository("payments-infra", { files });
  for (const user of [alice, bob, carol, dave, erin]) organization.addMember(user);
  for (const user of [alice, bob]) repository.grant(user, "write");
  for (const user of [carol, dave]) repository.grant(user, "admin");
  repository.grant(erin, "read");
  github.install(organization);
  return { alice, bob, carol, dave, erin, keys, conftest, repository, policy };
}

async function makeKeys(keyring: Keyring, alice: UserHandle, bob: UserHandle): Promise<Cast["keys"]> {
  const { email } = alice.person;
  // The two GPG keys one after the other: gpg locks its home.
  const ofAlice = keyring.sshKey({ comment: email });
  const ofBob = await keyring.gpgKey(bob.person);
  const ofMallory = await keyring.gpgKey(alice.person);
  return { alice: await ofAlice, bob: ofBob, mallory: ofMallory };
}

/** Protection and review are left at the strict defaults. */
const gates = ({ id }: App): string =>
  lines([
    "version: 1",
    "branches: [main]",
    "signatures:",
    "  registeredKeys: false  # only the keys that this branch lists",
    "results:",
    `  - { check: conftest, app: ${id} }`,
  ]);

/** Deadlines, reminders and escalations are left at their defaults. */
const emergencies = (alice: UserHandle, dave: UserHandle, erin: UserHandle): string =>
  lines([
    "breakGlass:",
    `  declare: { people: [${alice.account.id}] }  # Alice`,
    `  acknowledge: { people: [${dave.account.id}, ${erin.account.id}] }  # Dave, Erin`,
    `  close: { people: [${erin.account.id}] }`,
    "  routes:  # who is told first, who after a breach, who after that",
    "    - { channels: [compliance], mention: [erin] }",
    "    - { channels: [security], mention: [carol] }",
    "    - { channels: [management] }",
    "  freeze: true  # nothing else passes while a deadline is missed",
  ]);

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** Classic protection as the policy's baseline wants it, but for whose check is required, and whether of everybody. */
export function protectMain(
  repository: RepositoryHandle,
  checkAppId: number | null,
  { ofAdministrators = true } = {},
) {
  return repository.protect("main", {
    adminEnforced: ofAdministrators,
    signatures: true,
    checks: [{ context: "countersign", appId: checkAppId }],
    pullRequest: { approvals: 1, dismissStale: true, codeOwners: false, lastPushApproval: true },
  });
}
