/** `pumasi verify LOG`: verifies the published log of an auction, prints the verdict as one line of JSON. */
import { createPublicKey, verify } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { AllocationService } from '../allocation/allocation.service.js';
import { toJson } from '../kernel/canonical.js';
import { sha256 } from '../platform/keys/keys.js';
import type { Verdict } from './rules/verify.js';
import { unreadableLog, verifyLog } from './rules/verify.js';

export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** Exit statuses: what the verdict is, and that there is none because the solver was lost. */
const NO_VERDICT = 3;
const STATUSES: Readonly<Record<Verdict['status'], number>> = { valid: 0, invalid: 1, unreadable: 2 };

/** The largest file that is read. */
const FILE_BYTES = 256 * 1024 * 1024;

/**
 * Verifies the log in a file. No database is needed, only this program.
 * @param options.key a file with the public key that the log must be signed with
 * @returns the exit status: 0 valid, 1 invalid, 2 a file is missing or not what it should be, 3 the solver failed
 */
export async function runVerify(file: string, options: { readonly key?: string }, io: Output): Promise<number> {
  const allocation = new AllocationService();
  let verdict: Verdict;
  try {
    const text = await textOf(file);
    const allowed = options.key === undefined ? {} : { allowedKey: keyOf(await textOf(options.key), options.key) };
    verdict = await verifyLog(text, {
      hashOf: sha256,
      isSigned,
      solve: (problem, known) => allocation.solve(problem, { known }),
      ...allowed,
    });
  } catch (error) {
    if (!(error instanceof Unreadable)) {
      io.err(`The log was not verified: ${error instanceof Error ? error.message : String(error)}`);
      return NO_VERDICT;
    }
    verdict = unreadableLog(error.message);
  } finally {
    await allocation.onModuleDestroy();
  }
  io.out(toJson(verdict));
  if (verdict.fault) io.err(sentenceOf(verdict.fault));
  for (const sentence of verdict.notChecked) io.err(sentence);
  return STATUSES[verdict.status];
}

class Unreadable extends Error {}

async function textOf(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES) throw new Error(`it has ${size} bytes, and at most ${FILE_BYTES} are read`);
    bytes = await readFile(file);
  } catch (error) {
    throw new Unreadable(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable(`${file} is not UTF-8 text.`);
  }
}

/** The key as this program writes it, however the file does. */
function keyOf(pem: string, file: string): string {
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    throw new Unreadable(`${file} holds no public key in PEM.`);
  }
}

function isSigned(text: string, signature: string, publicKey: string): boolean {
  try {
    return verify(null, Buffer.from(text), createPublicKey(publicKey), Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

function sentenceOf({ sequence, kind, reason }: NonNullable<Verdict['fault']>): string {
  return sequence === null ? reason : `Event ${sequence} (${kind}): ${reason}`;
}
