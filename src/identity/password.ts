/** Passwords are kept as argon2id hashes with the parameters OWASP recommends (19 MiB, 2 passes, 1 lane). */
import { hash, verify } from '@node-rs/argon2';
import { randomToken } from '../platform/keys/keys.js';

/** argon2id is the library's default, and cannot be named: its enum exists only for the compiler. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same characters typed on another keyboard are the same password. */
function normal(password: string): string {
  return password.normalize('NFKC');
}

export async function hashPassword(password: string): Promise<string> {
  return hash(normal(password), ARGON2);
}

let nobodysHash: Promise<string> | undefined;

/**
 * Is it the password of this hash? For `null` (nobody has the email address) the answer is no, after the same work, so
 * that its time does not tell who has an account.
 */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  nobodysHash ??= hashPassword(randomToken());
  const right = await verify(kept ?? (await nobodysHash), normal(password)).catch(() => false);
  return right && kept !== null;
}
