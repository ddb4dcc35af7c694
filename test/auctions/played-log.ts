/** Logs of small auctions that are played by the rules alone, without a database, and written by whoever has the key. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Tariff } from '../../src/pricing/rules/tariff.js';
import type { AuctionEvent, EventBodies, EventContents, EventKind } from '../../src/auctions/rules/events.js';
import { logFile, type LogFile, type LogParts, logText, type Telling } from '../../src/auctions/rules/log-file.js';
import { chained, contentText, liveReceiptText } from '../../src/auctions/rules/log.js';
import { receiptText, sealedText } from '../../src/auctions/rules/receipt.js';

/** An event before it is chained. What a receipt and a commitment need is filled in when it is written, unless it is there. */
export type Draft<K extends EventKind = EventKind> = {
  readonly [Kind in K]: {
    readonly at: Date;
    readonly kind: Kind;
    readonly body: EventBodies[Kind];
    readonly content?: Kind extends keyof EventContents ? EventContents[Kind] : never;
  };
}[K];

export interface Played {
  readonly drafts: readonly Draft[];
  /** by alias and revision */
  readonly tariffs: ReadonlyMap<string, Tariff>;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

export function makeKeys(): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString() };
}

export function isSigned(text: string, signature: string, publicKey: string): boolean {
  try {
    return verify(null, Buffer.from(text), createPublicKey(publicKey), Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

export const EVERYTHING: Telling = { disclosure: 'all', told: true };

/** Chains, commits, signs and seals, as the system would or as a cheat with its key would. */
export function written({ drafts, tariffs }: Played, keys: KeyPair, telling: Telling = EVERYTHING): LogFile {
  const signed = (text: string): string => sign(null, Buffer.from(text), keys.privateKey).toString('base64');
  const saltOf = (of: string): string => sha256(`salt ${of}`);
  const opened = drafts.find((draft) => draft.kind === 'opened')?.body;
  if (!opened) throw new Error('nothing was opened');
  const kept: { alias: string; commitment: string; tariff: Tariff; salt: string }[] = [];
  const commitmentOf = (alias: string, revision: number, otherwise: string): string => {
    const key = `${alias} ${revision}`;
    const tariff = tariffs.get(key);
    if (!tariff) return otherwise;
    const commitment = sha256(sealedText(tariff, saltOf(key)));
    kept.push({ alias, commitment, tariff, salt: saltOf(key) });
    return commitment;
  };
  const bodyOf = (draft: Draft): EventBodies[EventKind] => {
    if (draft.kind === 'opened') {
      const { auctionId, entries } = draft.body;
      const receipts = entries.map((entry) => {
        const commitment = commitmentOf(entry.alias, 0, entry.commitment);
        const receivedAt = new Date(entry.receivedAt);
        if (entry.signature !== '') return { ...entry, commitment };
        return {
          ...entry,
          commitment,
          signature: signed(receiptText({ ...entry, tenderId: auctionId, commitment, receivedAt })),
        };
      });
      return { ...draft.body, entries: receipts };
    }
    if (draft.kind !== 'bid') return draft.body;
    const { alias, revision, receivedAt } = draft.body;
    const commitment = commitmentOf(alias, revision, draft.body.commitment);
    const { auctionId } = opened;
    const receipt = liveReceiptText({ auctionId, alias, revision, commitment, receivedAt: new Date(receivedAt) });
    return { ...draft.body, commitment, signature: draft.body.signature || signed(receipt) };
  };
  const events: AuctionEvent[] = [];
  const contents = new Map<number, EventContents[keyof EventContents]>();
  for (const draft of drafts) {
    const sequence = events.length + 1;
    const commitment = draft.content ? sha256(contentText(draft.content, saltOf(`content ${sequence}`))) : null;
    events.push(chained(events.at(-1) ?? null, draft.at, draft.kind, bodyOf(draft), commitment, sha256));
    if (draft.content) contents.set(sequence, draft.content);
  }
  const part = (sequence: number): never =>
    ({ sequence, content: contents.get(sequence), salt: saltOf(`content ${sequence}`) }) as never;
  const parts: LogParts = {
    publicKey: keys.publicKey,
    events,
    opened: part(1),
    standings: [...contents.keys()].filter((sequence) => sequence > 1).map(part),
    tariffs: kept,
  };
  return logFile(parts, telling, signed);
}

export function writtenText(played: Played, keys: KeyPair, telling: Telling = EVERYTHING): string {
  return logText(written(played, keys, telling));
}
