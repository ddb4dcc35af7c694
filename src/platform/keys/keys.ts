/** The two secrets of the house: the key that seals tariffs until opening, and the key that signs receipts. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/refusal.js';
import { projectRoot } from '../config/project.js';
import { Settings } from '../config/settings.js';

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** An unguessable text of 256 bits, safe in URLs. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Reads a secret kept in a file that only we may read, or makes it; two processes starting at once agree on one. */
function kept(file: string, make: () => string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, make(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

@Injectable()
export class Keys {
  private readonly sealing: Buffer;
  private readonly signing: KeyObject;

  constructor(settings: Settings) {
    const folder = join(settings.PUMASI_DATA ?? join(projectRoot, '.pumasi'), 'keys');
    const sealing =
      settings.PUMASI_SEALING_KEY ?? kept(join(folder, 'sealing'), () => randomBytes(32).toString('base64'));
    this.sealing = Buffer.from(sealing, 'base64');
    if (this.sealing.length !== 32) {
      throw refuse('settings.invalid', 'PUMASI_SEALING_KEY must be 32 bytes in Base64.', { kind: 'invalid' });
    }
    const signing =
      settings.PUMASI_SIGNING_KEY ??
      kept(join(folder, 'signing'), () =>
        generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      );
    try {
      this.signing = createPrivateKey({ key: Buffer.from(signing, 'base64'), format: 'der', type: 'pkcs8' });
    } catch {
      throw refuse('settings.invalid', 'PUMASI_SIGNING_KEY must be an Ed25519 private key (PKCS 8 DER) in Base64.', {
        kind: 'invalid',
      });
    }
  }

  /** Encrypts with AES-256-GCM. `context` (say, the bid's id) is bound to the result and must be given to unseal. */
  seal(clear: string, context: string): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.sealing, nonce).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** @throws Error when the box was made with another key or context, or was altered */
  unseal(box: Uint8Array, context: string): string {
    const buffer = Buffer.from(box);
    const decipher = createDecipheriv('aes-256-gcm', this.sealing, buffer.subarray(0, 12))
      .setAAD(Buffer.from(context))
      .setAuthTag(buffer.subarray(12, 28));
    return Buffer.concat([decipher.update(buffer.subarray(28)), decipher.final()]).toString('utf8');
  }

  /**
   * HMAC-SHA-256 as 64 hexadecimal digits, under a key derived from the sealing key. Equal contents have equal
   * fingerprints, yet who reads one cannot find its content by trying, as a plain hash of a few prices would allow.
   */
  fingerprint(content: string): string {
    const key = hkdfSync('sha256', this.sealing, '', 'fingerprint', 32);
    return createHmac('sha256', Buffer.from(key)).update(content).digest('hex');
  }

  /** Ed25519 signature in Base64. */
  sign(content: string): string {
    return sign(null, Buffer.from(content), this.signing).toString('base64');
  }

  /** Does the signature belong to the content? */
  isSigned(content: string, signature: string): boolean {
    return verify(null, Buffer.from(content), createPublicKey(this.signing), Buffer.from(signature, 'base64'));
  }

  /** The public half of the signing key, PEM: published so that anyone can check a receipt. */
  publicKeyPem(): string {
    return createPublicKey(this.signing).export({ type: 'spki', format: 'pem' }).toString();
  }
}
