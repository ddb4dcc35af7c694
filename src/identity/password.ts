/** Passwords are kept as argon2id hashes with the parameters OWASP recommends (19 MiB, 2 passes, 1 lane). */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { randomToken } from '../platform/keys/keys.js';
import { Turns } from '../platform/turns.js';

/** argon2id is the library's default, and cannot be named: its enum exists only for the compiler. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes reckoned at once by a process: Node has four threads for such work, and files and names need some, too. */
const AT_ONCE = 2;
/** Who has waited this long for its hash is refused. */
const PATIENCE_MILLIS = 5_000;

const turns = new Turns(AT_ONCE, PATIENCE_MILLIS, 'Very many people are signing in');

/** The same characters typed on another keyboard are the same password. */
function normal(password: string): string {
  return password.normalize('NFKC');
}

/** @throws Refusal 'system.busy' */
export async function hashPassword(password: string): Promise<string> {
  return turns.take(() => hash(normal(password), ARGON2));
}

let nobodysHash: Promise<string> | undefined;

/**
 * Is it the password of this hash? For `null` (nobody has the email address) the answer is no, after the same work, so
 * that its time does not tell who has an account.
 * @param compare does the work; argon2, unless a test wants to see what is compared
 * @throws Refusal 'system.busy'
 */
export async function isPassword(password: string, kept: string | null, compare = verify): Promise<boolean> {
  nobodysHash ??= hash(randomToken(), ARGON2);
  const against = kept ?? (await nobodysHash);
  const right = await turns.take(() => compare(against, normal(password)).catch(() => false));
  return right && kept !== null;
}

/** Would both be taken for each other? */
export function areSamePassword(one: string, other: string): boolean {
  return normal(one) === normal(other);
}

/** A password of 120 bits for somebody to sign in with once. */
export function madeUpPassword(): string {
  return randomBytes(15).toString('base64url');
}
