/**
 * Verifies a published log from nothing but the file: the chain of its events, every receipt, every decision by the rules,
 * every standing and the result. Events are looked at in their order, and the first that does not fit is named. What is
 * not disclosed cannot be checked, and is said not to be.
 */
import { readProblem } from '../../allocation/rules/parse-problem.js';
import type { Minor } from '../../kernel/money.js';
import type { AuctionContent, AuctionEvent, EventKind } from './events.js';
import { isOver } from './fold.js';
import type { LogFile } from './log-file.js';
import { kindOf } from './log-shapes.js';
import { whyNotNext, whyNotOpened } from './log-timing.js';
import { referenceCosts } from './ranking.js';
import { first } from './shape.js';
import { alternativeOf, bidOf } from './tariff-id.js';
import { auctionContent, fileFault, readLog, standingContent, whyNotChained, whyNotCommitted } from './verify-file.js';
import { type LogFault, Unchecked, type VerifyMeans } from './verify-means.js';
import { type StandingGround, whyNoStanding } from './verify-standing.js';
import { TariffBook } from './verify-tariffs.js';
import { step, type Walk } from './walk.js';

export interface Winner {
  readonly alias: string;
  /** the label of the alternative that won; null when the main tariff did, or there is no other */
  readonly alternative: string | null;
  /** null when it is not disclosed */
  readonly provider: string | null;
  readonly name: string | null;
  readonly lines: number;
  readonly costMinor: Minor;
}

export interface Verdict {
  readonly status: 'valid' | 'invalid' | 'unreadable';
  readonly events: number;
  /** improvements of tariffs, by persons and by proxies */
  readonly bids: number;
  readonly extensions: number;
  /** empty when nothing is decided, or when it is not disclosed */
  readonly winners: readonly Winner[];
  readonly totalMinor: Minor | null;
  /** sentences, each beginning with "not checked" */
  readonly notChecked: readonly string[];
  /** null when the log is valid */
  readonly fault: LogFault | null;
}

/** Verifies the text of a log. */
export async function verifyLog(text: string, means: VerifyMeans): Promise<Verdict> {
  const reading = readLog(text);
  if (!reading.ok) {
    return { ...unreadableLog(reading.reason), status: reading.status };
  }
  const { file, canonical } = reading;
  const verification = new Verification(file, means);
  const fault = foreignKey(file, means) ?? (await verification.fault()) ?? verification.fileFault(canonical);
  const count = (kind: EventKind): number => file.events.filter((event) => kindOf(event) === kind).length;
  return {
    status: fault === null ? 'valid' : 'invalid',
    events: file.events.length,
    bids: count('bid'),
    extensions: count('extended'),
    // What a log that does not fit says about winners is worth nothing.
    ...(fault === null ? verification.result() : { winners: [], totalMinor: null }),
    notChecked: verification.unchecked.sentences(),
    fault,
  };
}

/** The verdict on what is no log. */
export function unreadableLog(reason: string): Verdict {
  const nothing = { events: 0, bids: 0, extensions: 0, winners: [], totalMinor: null, notChecked: [] };
  return { status: 'unreadable', ...nothing, fault: { sequence: null, kind: 'file', reason } };
}

function foreignKey({ publicKey }: LogFile, { allowedKey }: VerifyMeans): LogFault | null {
  if (allowedKey === undefined || allowedKey.trim() === publicKey.trim()) return null;
  return { sequence: null, kind: 'file', reason: 'The file is signed by another key than the given one.' };
}

class Verification {
  readonly unchecked = new Unchecked();
  private readonly book: TariffBook;
  private walk: Walk | null = null;
  private ground: StandingGround | null = null;

  constructor(
    private readonly file: LogFile,
    private readonly means: VerifyMeans,
  ) {
    this.book = new TariffBook(file, means, this.unchecked);
  }

  /** The first event that does not fit. */
  async fault(): Promise<LogFault | null> {
    let previous: AuctionEvent | null = null;
    for (const event of this.file.events) {
      const reason =
        whyNotChained(event, previous, this.means) ??
        whyNotCommitted(event, this.file, this.means) ??
        (event.kind === 'opened' ? this.open(event) : await this.next(event));
      if (reason !== null) return { sequence: (previous?.sequence ?? 0) + 1, kind: kindOf(event) ?? 'file', reason };
      this.walk = step(this.walk, event, standingOf(this.file, event));
      previous = event;
    }
    if (this.walk && isOver(this.walk.state.phase)) return null;
    const reason = 'The log ends before the auction does.';
    return { sequence: previous?.sequence ?? null, kind: previous?.kind ?? 'file', reason };
  }

  fileFault(canonical: boolean): LogFault | null {
    return fileFault(this.file, canonical, this.book.strangers(), this.means);
  }

  result(): Pick<Verdict, 'winners' | 'totalMinor'> {
    const result = this.walk?.state.result ?? null;
    const content = result === null ? null : standingContent(this.file, result);
    const participants = new Map(auctionContent(this.file)?.participants.map((each) => [each.alias, each]));
    return {
      winners: (content?.awards ?? []).map(({ bid, lines, costMinor }) => {
        const alias = bidOf(bid);
        const { provider = null, name = null } = participants.get(alias) ?? {};
        return { alias, alternative: alternativeOf(bid), provider, name, lines, costMinor };
      }),
      totalMinor: content?.totalMinor ?? null,
    };
  }

  private open(event: AuctionEvent<'opened'>): string | null {
    const content = auctionContent(this.file);
    const problem = content && readProblem({ ...content.problem, bids: [] });
    if (problem && !problem.ok)
      return `What was asked for is no problem: ${problem.faults[0]?.path} ${problem.faults[0]?.reason}.`;
    if (content && problem) {
      const reference = { termMonths: problem.problem.termMonths, lines: content.reference };
      this.ground = { problem: problem.problem, reference, costs: null };
    } else {
      this.unchecked.note('what was asked for and who takes part', event.sequence);
    }
    const why = first([
      () => whyNotOpened(event),
      () => (content ? whyNotNamed(event, content) : null),
      () => this.book.open(event, this.ground),
    ]);
    const openings = this.book.asOf(event.sequence);
    if (this.ground && openings) {
      const costs = referenceCosts(
        openings.map(({ tariff }) => tariff),
        this.ground.reference,
      );
      this.ground = { ...this.ground, costs };
    }
    return why;
  }

  private async next(event: AuctionEvent): Promise<string | null> {
    if (this.walk === null) return 'The opening of the bids is the first event.';
    const { state, order } = this.walk;
    const why = whyNotNext(this.walk, event);
    if (why !== null) return why;
    if (event.kind === 'bid') {
      return this.book.improve(event, state.auctionId, this.ground, state.settings.minimumStepBp);
    }
    if (event.kind === 'standing') {
      const { ground, book, means, unchecked } = this;
      return whyNoStanding(event, standingOf(this.file, event), this.walk, { ground, book, means, unchecked });
    }
    if (event.kind === 'turn' && (event.body.turn === 1 ? this.walk.content : order) === null) {
      this.unchecked.note('that turns go by the ranks', event.sequence);
    }
    if (event.kind === 'proxy' && event.body.commitment !== null) {
      this.unchecked.note('what the proxy was told, which is never disclosed', event.sequence);
    }
    if (event.kind === 'paused' && event.body.cause === 'outage') {
      this.unchecked.note('since when exactly nothing ran before the outage was noticed', event.sequence);
    }
    return null;
  }
}

function standingOf(file: LogFile, event: AuctionEvent): ReturnType<typeof standingContent> {
  return event.kind === 'standing' ? standingContent(file, event.sequence) : null;
}

/** Whether the participants are those that bid. */
function whyNotNamed({ body }: AuctionEvent<'opened'>, { participants }: AuctionContent): string | null {
  const names = (list: readonly { readonly alias: string }[]): string =>
    JSON.stringify(list.map(({ alias }) => alias).sort());
  return names(body.entries) === names(participants) ? null : 'The participants are not those whose bids were opened.';
}
