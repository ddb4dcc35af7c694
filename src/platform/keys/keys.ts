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
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { type Refusal, refuse } from '../../kernel/refusal.js';
import { projectRoot } from '../config/project.js';
import { isSealingKey, isSigningKey, Settings } from '../config/settings.js';

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** An unguessable text of 256 bits, safe in URLs. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Reads a secret kept in a file that only we may read, or makes it. The file appears whole, on the disk and under its
 * name, or not at all: processes that start at once agree on one, and no crash leaves half a secret behind.
 */
function kept(file: string, make: () => string): string {
  try {
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true });
      const draft = `${file}.${randomUUID()}`;
      writeFileSync(draft, make(), { mode: 0o600, flag: 'wx', flush: true });
      try {
        linkSync(draft, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        rmSync(draft);
      }
      const folder = openSync(dirname(file), 'r');
      fsyncSync(folder);
      closeSync(folder);
    }
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse('keys.unusable', `The key file ${file} cannot be used (${code ?? 'unknown'}). Is the folder ours?`);
  }
}

@Injectable()
export class Keys {
  private readonly sealing: Buffer;
  private readonly signing: KeyObject;

  constructor(settings: Settings) {
    const folder = join(settings.PUMASI_DATA ?? join(projectRoot, '.pumasi'), 'keys');
    const sealing =
      settings.PUMASI_SEALING_KEY ?? kept(join(folder, 'sealing'), () => randomBytes(32).toString('base64'));
    if (!isSealingKey(sealing)) throw spoilt(join(folder, 'sealing'));
    this.sealing = Buffer.from(sealing, 'base64');
    const signing =
      settings.PUMASI_SIGNING_KEY ??
      kept(join(folder, 'signing'), () =>
        generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
      );
    if (!isSigningKey(signing)) throw spoilt(join(folder, 'signing'));
    this.signing = createPrivateKey({ key: Buffer.from(signing, 'base64'), format: 'der', type: 'pkcs8' });
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
    return this.derived('fingerprint', content);
  }

  /**
   * An unguessable text of 256 bits that belongs to `context` (say, an invitation's id). It is made again rather than
   * kept, so that a repeated command can tell it again and no table holds it.
   */
  tokenOf(context: string): string {
    return this.derived('token', context);
  }

  private derived(purpose: string, content: string): string {
    const key = hkdfSync('sha256', this.sealing, '', purpose, 32);
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

/** Making another key in its place would make everything unreadable that was sealed with the lost one. */
function spoilt(file: string): Refusal {
  return refuse('keys.spoilt', `The key file ${file} holds no key. Put it back from a backup.`);
}
