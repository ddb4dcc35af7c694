/** The outside of a log: its text, its chain, its commitments and its seal. */
import type { BidAward } from '../../allocation/rules/problem.js';
import { canonicalJson } from '../../kernel/canonical.js';
import type { Minor } from '../../kernel/money.js';
import type { AuctionContent, AuctionEvent, StandingContent } from './events.js';
import { LOG_FORMAT, type LogFile, sealText } from './log-file.js';
import { whyNoContent, whyNoEvent, whyNoLogFile } from './log-shapes.js';
import { contentText, eventText, FIRST_PREVIOUS } from './log.js';
import { first, isRecord } from './shape.js';
import type { LogFault, VerifyMeans } from './verify-means.js';

export type LogReading =
  | { readonly ok: true; readonly file: LogFile; readonly canonical: boolean }
  | { readonly ok: false; readonly status: 'invalid' | 'unreadable'; readonly reason: string };

/** Reads the text of a log; what its events say is not looked at yet. */
export function readLog(text: string): LogReading {
  const unreadable = (reason: string): LogReading => ({ ok: false, status: 'unreadable', reason });
  let value: unknown;
  let canonical: boolean;
  try {
    value = JSON.parse(text);
    canonical = canonicalJson(value) === text;
  } catch (error) {
    return unreadable(
      `The file is not JSON that a log could be: ${error instanceof Error ? error.message : 'unknown'}.`,
    );
  }
  if (!isRecord(value) || value['format'] !== LOG_FORMAT) {
    return unreadable(`The file is no log of an auction: its format is not ${LOG_FORMAT}.`);
  }
  const why = whyNoLogFile(value);
  // The shape of the file is known now; that of each event is looked at when its turn comes.
  return why === null
    ? { ok: true, file: value as unknown as LogFile, canonical }
    : { ok: false, status: 'invalid', reason: why };
}

/** Whether an event is one, and follows the one before. */
export function whyNotChained(
  event: AuctionEvent,
  previous: AuctionEvent | null,
  { hashOf }: VerifyMeans,
): string | null {
  const shape = whyNoEvent(event);
  if (shape !== null) return `It is no event: ${shape}.`;
  const sequence = (previous?.sequence ?? 0) + 1;
  if (event.sequence !== sequence) return `Event ${sequence} comes here, not ${event.sequence}.`;
  if (event.previous !== (previous?.hash ?? FIRST_PREVIOUS)) return 'It does not hold the hash of the event before.';
  if (event.hash !== hashOf(eventText(event))) return 'Its hash is not the one of what it says.';
  return (event.kind === 'opened') === (previous === null) ? null : 'The opening of the bids is the first event, once.';
}

/** Whether the content of an event is what the event committed to. */
export function whyNotCommitted(event: AuctionEvent, { contents }: LogFile, { hashOf }: VerifyMeans): string | null {
  const opened = Object.hasOwn(contents, event.sequence) ? contents[event.sequence] : undefined;
  const committed = event.kind === 'opened' || event.kind === 'standing';
  if (committed !== (event.commitment !== null)) return `It ${committed ? 'commits to no' : 'has a'} content.`;
  if (opened === undefined) return null;
  if (hashOf(contentText(opened.content, opened.salt)) !== event.commitment) {
    return 'Its content is not the one that it committed to.';
  }
  return whyNoContent(event.kind, opened.content);
}

/** The content of the opening, if it is disclosed. */
export function auctionContent({ contents }: LogFile): AuctionContent | null {
  return (contents['1']?.content as AuctionContent | undefined) ?? null;
}

/** A standing as JSON has it, where amounts are integers like any other number. */
interface StandingJson extends Omit<StandingContent, 'totalMinor' | 'boundMinor' | 'awards'> {
  readonly totalMinor: number | null;
  readonly boundMinor: number | null;
  readonly awards: readonly (Omit<BidAward, 'costMinor'> & { readonly costMinor: number })[];
}

/** The content of a standing, if it is disclosed, with its amounts as such. */
export function standingContent({ contents }: LogFile, sequence: number): StandingContent | null {
  const opened: unknown = Object.hasOwn(contents, sequence) ? contents[sequence]?.content : undefined;
  if (opened === undefined) return null;
  const json = opened as StandingJson;
  const minor = (amount: number | null): Minor | null => (amount === null ? null : BigInt(amount));
  return {
    ...json,
    totalMinor: minor(json.totalMinor),
    boundMinor: minor(json.boundMinor),
    awards: json.awards.map((award) => ({ ...award, costMinor: BigInt(award.costMinor) })),
  };
}

/** What is wrong with the file although its events fit. */
export function fileFault(
  file: LogFile,
  canonical: boolean,
  strangers: readonly string[],
  means: VerifyMeans,
): LogFault | null {
  const sequences = new Set(file.events.map(({ sequence }) => String(sequence)));
  const loose = Object.keys(file.contents).find((sequence) => !sequences.has(sequence));
  const last = file.events.at(-1);
  const reason = first([
    () => (loose === undefined ? null : `There is a content of an event ${loose}, which is not there.`),
    () => (strangers[0] === undefined ? null : `There is a tariff that no event is about: ${strangers[0]}.`),
    () => (canonical ? null : 'The file says what it should, but not in canonical JSON: it was written again.'),
  ]);
  if (reason !== null) return { sequence: null, kind: 'file', reason };
  if (means.isSigned(sealText(file), file.seal, file.publicKey)) return null;
  const unsealed = 'The seal does not belong to this last event and to what is disclosed here.';
  return { sequence: last?.sequence ?? null, kind: last?.kind ?? 'file', reason: unsealed };
}
