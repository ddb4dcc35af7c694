/** Before the officer recommends: what else could be decided, and what it would cost more. */
import { type Play, until } from './play.js';
import type { AwardAnswer } from './tendering.js';

interface Scenario {
  readonly kind: string;
  readonly about: string;
  readonly words: string;
  readonly status: string;
  readonly totalMinor: number | null;
  readonly moreMinor: number | null;
  readonly morePercent: number | null;
  readonly largestShareBp: number | null;
  readonly winners: readonly { readonly providerId: string; readonly lines: number }[];
}

interface Board {
  readonly best: Pick<Scenario, 'totalMinor' | 'largestShareBp' | 'winners'>;
  readonly scenarios: readonly Scenario[];
}

/** Spreadsheets of one's own may make a large problem; then the story does not wait for all. */
const PATIENCE_MILLIS = 20_000;

/** A few alternatives to a drafted award, from its scenario board. */
export async function tellAlternatives(play: Play, award: AwardAnswer): Promise<void> {
  const { story, cast } = play;
  if (award.state === 'drafted') {
    await cast.officer.post(`/api/v1/awards/${award.id}/scenarios`, {}, `demo-compare-${award.id}`);
  }
  const patientUntil = Date.now() + PATIENCE_MILLIS;
  const board = await until(
    () => cast.officer.get<Board>(`/api/v1/awards/${award.id}/scenarios`),
    (answer) => Date.now() > patientUntil || chosen(answer).every(({ status }) => status !== 'waiting'),
  );
  const rows = chosen(board).map((scenario) => row(play, scenario));
  story.table(
    ['what else there is', 'winners', 'largest share', 'cost over the term', 'more', ''],
    [row(play, asDrafted(board)), ...rows],
  );
}

/** One winner, half of the lines at most, without the largest winner. */
function chosen({ best, scenarios }: Board): Scenario[] {
  const largest = best.winners[0]?.providerId ?? '';
  return [
    ['winners', '1'],
    ['cap', '0.5'],
    ['without', largest],
  ].flatMap(([kind, about]) => scenarios.filter((scenario) => scenario.kind === kind && scenario.about === about));
}

function asDrafted({ best }: Board): Scenario {
  return { ...best, kind: 'best', about: '', words: 'As drafted', status: 'optimal', moreMinor: 0, morePercent: 0 };
}

function row({ story }: Play, scenario: Scenario): string[] {
  const { words, status, totalMinor, moreMinor, morePercent, largestShareBp, winners } = scenario;
  if (totalMinor === null) {
    const why = status === 'infeasible' ? 'nobody can' : 'not known yet';
    return [words, '-', '-', why, '-', '-'];
  }
  return [
    words,
    story.count(winners.length),
    `${((largestShareBp ?? 0) / 100).toFixed(1)} %`,
    story.money(totalMinor),
    moreMinor === null ? '-' : story.money(moreMinor),
    morePercent === null ? '-' : `${morePercent.toFixed(2)} %`,
  ];
}
