/** Scenario boards as the agency reads them, while they are solved and afterwards. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isProved, lineMonthlyOf } from '../allocation/rules/curve.js';
import type { ProblemRules, ResultStatus } from '../allocation/rules/problem.js';
import { resilienceOf, type ScenarioKind } from '../allocation/rules/scenarios.js';
import { gapOf } from '../allocation/rules/solve.js';
import { alternativeOf, bidOf, tariffId } from '../auctions/rules/tariff-id.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Minor } from '../kernel/money.js';
import { noCursor, type Page, pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { Award } from './award.entity.js';
import { type BoardHead, boardHead, type EntryRow, entryRows, gapRows } from './board-reading.js';
import { boardStep } from './board-rows.js';
import { proofStep } from './proof-rows.js';
import { type EntryKind, gapPerLineMonthly, noBoard, percentOff, unknownIn } from './rules/board.js';
import { wordsOf } from './rules/board-words.js';
import { withNames } from './rules/explanation.js';
import type {
  AllocationAnswer,
  BoardAnswer,
  CurvePointAnswer,
  GapAnswer,
  GapQuery,
  ScenarioAnswer,
} from './scenarios.dto.js';

/** What is needed to tell of an allocation. */
interface Told {
  readonly bids: BoardHead['bids'];
  readonly names: ReadonlyMap<string, string>;
}

@Injectable()
export class ScenariosQueries {
  constructor(
    private readonly source: DataSource,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /** @throws Refusal 'award.not-found', 'board.not-found' */
  async board(awardId: string): Promise<BoardAnswer> {
    const award = await this.source.manager.findOneBy(Award, { id: awardId });
    if (!award) throw notFound('award');
    const step = await boardStep(this.source.manager, awardId);
    const head = step && (await boardHead(this.source.manager, awardId, step.problemHash));
    if (!step || !head) throw noBoard();
    const told = await this.told(head.bids);
    const entries = await entryRows(this.source.manager, awardId, step.problemHash);
    const { totalMinor, boundMinor, solverStatus } = award;
    const wins = award.winners.map(({ bidId, alternative, lines }) => ({ bid: tariffId(bidId, alternative), lines }));
    return {
      ...step,
      currency: head.currency,
      termMonths: head.termMonths,
      lines: wins.reduce((sum, { lines }) => sum + lines, 0),
      madeAt: head.madeAt,
      completedAt: head.completedAt,
      best: allocationAnswer({ status: solverStatus, totalMinor, boundMinor, awards: wins }, told),
      scenarios: entries.filter(isScenario).map((entry) => scenarioAnswer(entry, head.rules, totalMinor ?? 0n, told)),
      curve: entries.filter(({ kind }) => kind === 'curve').map((entry) => pointAnswer(entry, head.termMonths)),
      leftOut: { ...head.leftOut, bids: [...new Set(head.leftOut.bids.map(bidOf))] },
      gaps: await proofStep(this.source.manager, step),
    };
  }

  /**
   * A page of the gaps to win that are known.
   * @throws Refusal 'award.not-found', 'board.not-found', 'award.unknown-bid'
   */
  async gaps(awardId: string, { bidId, cursor, limit }: GapQuery): Promise<Page<GapAnswer>> {
    const { manager } = this.source;
    const [entry, gap] = cursor === undefined ? [0, -1] : placeOf(cursor);
    if (!(await manager.existsBy(Award, { id: awardId }))) throw notFound('award');
    const step = await boardStep(manager, awardId);
    const head = step && (await boardHead(manager, awardId, step.problemHash));
    if (!step || !head) throw noBoard();
    if (bidId !== undefined && !head.bids.some(({ id }) => bidOf(id) === bidId)) throw unknownIn('bid');
    const rows = await gapRows(manager, {
      awardId,
      problemHash: step.problemHash,
      bidId,
      after: [entry, gap],
      limit: limit + 1,
    });
    const { names } = await this.told(head.bids);
    const providerOf = new Map(head.bids.map(({ id, provider }) => [id, provider]));
    const page = pageOf(rows, limit, (row) => `${row.entry}.${row.position}`);
    return {
      ...page,
      items: page.items.map(({ bid, gapMinor, entry: _entry, position: _position, ...known }) => {
        const providerId = providerOf.get(bid) ?? '';
        return {
          bidId: bidOf(bid),
          providerId,
          providerName: names.get(providerId) ?? '',
          alternative: alternativeOf(bid),
          gapMinor,
          gapLineMonthlyMinor: gapMinor === null ? null : gapPerLineMonthly(gapMinor, known.lines, head.termMonths),
          ...known,
        };
      }),
    };
  }

  private async told(bids: BoardHead['bids']): Promise<Told> {
    const providers = [...new Set(bids.map(({ provider }) => provider))];
    return { bids, names: await this.organisations.names(this.source.manager, providers) };
  }
}

interface Allocated {
  readonly status: ResultStatus | null;
  readonly totalMinor: Minor | null;
  readonly boundMinor: Minor | null;
  readonly awards: readonly { readonly bid: string; readonly lines: number }[];
}

function allocationAnswer(
  { status, totalMinor, boundMinor, awards }: Allocated,
  { bids, names }: Told,
): Pick<AllocationAnswer, keyof AllocationAnswer> {
  const providerOf = new Map(bids.map(({ id, provider }) => [id, provider]));
  const lines = new Map<string, number>();
  for (const award of awards) {
    const provider = providerOf.get(award.bid) ?? '';
    lines.set(provider, (lines.get(provider) ?? 0) + award.lines);
  }
  return {
    totalMinor,
    winners: [...lines]
      .map(([providerId, won]) => ({ providerId, providerName: names.get(providerId) ?? '', lines: won }))
      .sort((a, b) => b.lines - a.lines || (a.providerName < b.providerName ? -1 : 1)),
    largestShareBp: totalMinor === null ? null : resilienceOf({ bids }, awards).largestShareBp,
    gap: totalMinor === null || boundMinor === null ? null : gapOf(totalMinor, boundMinor),
    proved: status !== null && isProved(status),
  };
}

type ScenarioRow = EntryRow & { readonly kind: ScenarioKind };

function isScenario(entry: EntryRow): entry is ScenarioRow {
  const others: readonly EntryKind[] = ['curve', 'gaps'];
  return !others.includes(entry.kind);
}

function scenarioAnswer(entry: ScenarioRow, rules: ProblemRules, best: Minor, told: Told): ScenarioAnswer {
  const { kind, about, status, totalMinor } = entry;
  const more = totalMinor === null ? null : totalMinor - best;
  return {
    kind,
    about,
    words: wordsOf(entry, rules, (provider) => told.names.get(provider) ?? provider),
    status: status ?? 'waiting',
    ...allocationAnswer(entry, told),
    moreMinor: more,
    morePercent: more === null ? null : percentOff(more, best),
    explanation: totalMinor === null ? withNames(entry.explanation, told.bids, told.names) : [],
  };
}

function pointAnswer({ about, lines, status, totalMinor }: EntryRow, termMonths: number): CurvePointAnswer {
  return {
    percent: Number(about),
    lines,
    status: status ?? 'waiting',
    lineMonthlyMinor: totalMinor === null ? null : lineMonthlyOf(totalMinor, lines, termMonths),
    proved: status !== null && isProved(status),
  };
}

function placeOf(cursor: string): [number, number] {
  const [, entry, gap] = /^(\d{1,6})\.(\d{1,6})$/.exec(cursor) ?? [];
  if (entry !== undefined && gap !== undefined) return [Number(entry), Number(gap)];
  throw noCursor();
}
