import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../support/run.js";

/** A folder in which real openssl keeps keys and certificates. Dispose of it. */
export class OpenSsl {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<OpenSsl> {
    return new OpenSsl(await mkdtemp(join(tmpdir(), "cx-")));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async read(name: string): Promise<Buffer> {
    return await readFile(this.path(name));
  }

  async write(name: string, contents: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), contents);
    return this.path(name);
  }

  async openssl(...args: readonly string[]): Promise<Buffer> {
    return await run("openssl", args, {
      cwd: this.folder,
      env: { OPENSSL_CONF: "/dev/null", RANDFILE: this.path("rnd") },
    });
  }

  /** Makes `<name>.key` and `<name>.pem`; `algorithm` as `openssl genpkey` takes it, `extensions` as its files have them. */
  async certify(
    name: string,
    options: { issuer?: string; algorithm: readonly string[]; extensions: string; subject?: string },
  ): Promise<void> {
    const { issuer, algorithm, extensions, subject = `/CN=${name}` } = options;
    await this.openssl("genpkey", ...algorithm, "-out", `${name}.key`);
    await this.write(
      `${name}.cnf`,
      `[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=unused\n[ext]\n${extensions}\n`,
    );
    await this.openssl(
      "req",
      "-new",
      "-key",
      `${name}.key`,
      "-subj",
      subject,
      "-config",
      `${name}.cnf`,
      "-out",
      `${name}.csr`,
    );
    const signing =
      issuer === undefined
        ? ["-signkey", `${name}.key`]
        : ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"];
    await this.openssl(
      ...["x509", "-req", "-in", `${name}.csr`, ...signing, "-days", "30", "-sha256"],
      ...["-extfile", `${name}.cnf`, "-extensions", "ext", "-out", `${name}.pem`],
    );
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
