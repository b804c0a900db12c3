import { openPgpSigner } from "./openpgp.js";
import { PGP_ECDSA, PGP_ED25519, PGP_ED448, PGP_EDDSA_LEGACY, pgpDsa, pgpRsa } from "./openpgp-algorithms.js";
import type { Signer } from "./signer.js";
import { sshEcdsa, sshEd25519, sshRsa, sshSecurityKey, sshSigner } from "./ssh.js";

const RSA_BITS = [2048, 3072, 4096];

/** One signer for every algorithm that commits are signed with and node:crypto has. */
export function everySigner(): Signer[] {
  const pgp = [...RSA_BITS.map(pgpRsa), pgpDsa(), ...PGP_ECDSA, PGP_EDDSA_LEGACY, PGP_ED25519, PGP_ED448];
  const ssh = [
    ...RSA_BITS.map(sshRsa),
    sshEcdsa("nistp256"),
    sshEcdsa("nistp384"),
    sshEcdsa("nistp521"),
    sshEd25519(),
    sshSecurityKey("ecdsa"),
    sshSecurityKey("ed25519"),
  ];
  return [...pgp.map(openPgpSigner), ...ssh.map(sshSigner)];
}

/** The mix of a history: what gpg and ssh-keygen both make and check, in equal parts. */
export function mixedSigners(): Signer[] {
  const [p256] = PGP_ECDSA;
  const pgp = [pgpRsa(2048), PGP_EDDSA_LEGACY, ...(p256 === undefined ? [] : [p256])];
  return [...pgp.map(openPgpSigner), ...[sshRsa(2048), sshEd25519(), sshEcdsa("nistp256")].map(sshSigner)];
}
