/**
 * The published log of an auction: its events, and what they committed to as far as it may be told. It is canonical JSON,
 * so that a file has one text, and it is sealed with the key that signs receipts.
 */
import { canonicalJson } from '../../kernel/canonical.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { Disclosure } from '../../tenders/rules/auction-settings.js';
import type { Alias, AuctionContent, AuctionEvent, EventContents, StandingContent } from './events.js';
import { tariffId } from './tariff-id.js';

export const LOG_FORMAT = 'pumasi-auction-log/1';

/** What a commitment is opened with. */
export interface OpenedContent {
  readonly content: EventContents[keyof EventContents];
  readonly salt: string;
}

export interface OpenedTariff {
  readonly tariff: Tariff;
  readonly salt: string;
  /** of a tariff of a bid with alternatives: its label, or null of the main one; its commitment is that of `partText` */
  readonly alternative?: string | null;
}

export interface LogFile {
  readonly format: typeof LOG_FORMAT;
  /** PEM of the Ed25519 key that the seal and all receipts are signed with */
  readonly publicKey: string;
  readonly events: readonly AuctionEvent[];
  /** by the sequence of the event that committed to it */
  readonly contents: Readonly<Record<string, OpenedContent>>;
  /** by commitment */
  readonly tariffs: Readonly<Record<string, OpenedTariff>>;
  /**
   * of bids with alternatives of which something is opened, by their commitment: those of their tariffs, the main one first;
   * absent when there is none
   */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  /** signature over `sealText` */
  readonly seal: string;
}

/** All that is kept of an auction. */
export interface LogParts {
  readonly publicKey: string;
  readonly events: readonly AuctionEvent[];
  readonly opened: { readonly sequence: number; readonly content: AuctionContent; readonly salt: string };
  readonly standings: readonly {
    readonly sequence: number;
    readonly content: StandingContent;
    readonly salt: string;
  }[];
  readonly tariffs: readonly {
    readonly alias: Alias;
    readonly commitment: string;
    readonly tariff: Tariff;
    readonly salt: string;
    /** of a tariff of a bid with alternatives; its commitment is its own, and these stand in the order of their bid */
    readonly part?: { readonly alternative: string | null; readonly of: string };
  }[];
}

export interface Telling {
  /** whose tariffs are opened */
  readonly disclosure: Disclosure;
  /** whether the lines of every cell may be told; for the agency's own file everything is. Otherwise nothing is opened */
  readonly told: boolean;
}

/**
 * The file that may be given out.
 *
 * - `all` opens every tariff and every standing.
 * - `winners` opens the tariffs of those that win in the end, from the opening on, and the last standing: who wins what
 *   for how much is the result of the tender. Standings before stay closed, for their awards tell what losers asked. Of a
 *   bid with alternatives only the tariff that wins is opened; the others have lost.
 * - `none` opens the last standing alone.
 *
 * Where the lines of small cells may not be told, no content is opened at all, because awards of whole lots count them, and
 * no tariff, because the total, which everybody knows, and the prices that make it up tell the counts between them.
 * @param sign Ed25519 with the private half of the public key, in Base64
 */
export function logFile(parts: LogParts, { disclosure, told }: Telling, sign: (text: string) => string): LogFile {
  const { publicKey, events, opened } = parts;
  const decided = events.find((event) => event.kind === 'closed')?.body.standing;
  const result = parts.standings.find(({ sequence }) => sequence === decided);
  const winners = new Set(result?.content.awards.map(({ bid }) => bid));
  const shown = disclosure === 'all' ? parts.standings : result ? [result] : [];
  const contents = Object.fromEntries(
    (told ? [opened, ...shown] : []).map(({ sequence, content, salt }) => [sequence, { content, salt }]),
  );
  const opens = disclosure === 'all' ? () => true : (id: string) => disclosure === 'winners' && winners.has(id);
  const given = parts.tariffs.filter(({ alias, part }) => told && opens(tariffId(alias, part?.alternative)));
  const tariffs = Object.fromEntries(
    given.map(({ commitment, tariff, salt, part }): [string, OpenedTariff] => [
      commitment,
      { tariff, salt, ...(part ? { alternative: part.alternative } : {}) },
    ]),
  );
  const bids = [...new Set(given.flatMap(({ part }) => (part ? [part.of] : [])))];
  const ofBid = (bid: string) => parts.tariffs.filter(({ part }) => part?.of === bid).map((each) => each.commitment);
  const apart = bids.length === 0 ? {} : { parts: Object.fromEntries(bids.map((bid) => [bid, ofBid(bid)])) };
  const unsealed = { format: LOG_FORMAT, publicKey, events, contents, tariffs, ...apart } as const;
  return { ...unsealed, seal: sign(sealText(unsealed)) };
}

/**
 * The text that the seal is over: the hash of the last event, which stands for all of them, the key, and what is opened,
 * so that nothing can be left out of a file without a trace.
 */
export function sealText(file: Omit<LogFile, 'seal'>): string {
  const { publicKey, events, contents, tariffs, parts } = file;
  return canonicalJson({
    contents: Object.keys(contents).sort(),
    lastHash: events.at(-1)?.hash ?? null,
    ...(parts === undefined ? {} : { parts: Object.keys(parts).sort() }),
    publicKey,
    tariffs: Object.keys(tariffs).sort(),
  });
}

/** The one text of a file. */
export function logText(file: LogFile): string {
  return canonicalJson(file);
}
