/** Who joins when the lines of others work already, and makes them cheaper for all. */
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatMoney } from '../src/kernel/money.js';
import type { Agreement, Settled } from './contracting.js';
import type { Play } from './play.js';

interface Preview {
  readonly linesNow: number;
  readonly monthlyNow: number;
  readonly oneMoreSaves: number;
  readonly next: { readonly from: number; readonly missing: number; readonly monthly: number } | null;
}

/** An agreement, and how far its next band is. */
interface Reach {
  readonly settled: Settled;
  readonly linesNow: number;
  /** lines that lift it; null when it is in its best band */
  readonly missing: number | null;
}

export interface Latecomers {
  readonly settled: Settled;
  readonly lines: number;
  /** do they lift all into a better band? */
  readonly lift: boolean;
}

const LATE_HEADER = 'business_ref,business_name,region,service_tier,quantity,up_to';

/** More than as many again as there are would be another pool. */
const MOST_TIMES = 1;
/** Where no better band is in reach, some join all the same. */
const FEW = 0.05;

/** What the chamber decided, kept beside its spreadsheet: once they have joined, it would look different. */
interface Decision {
  readonly lines: number;
  readonly lift: boolean;
  readonly linesBefore: number;
}

/** Opens all agreements to latecomers until a day; the chamber brings as many as lift the nearest one into its next band. */
export async function joinLate(play: Play, settled: readonly Settled[], until: string): Promise<Latecomers> {
  const { association, officer } = play.cast;
  for (const { agreement } of settled) {
    await officer.put(`/api/v1/agreements/${agreement.id}/late-joining`, { until });
  }
  const chosen = settled.find(({ agreement }) => existsSync(files(play, agreement).decision));
  const joined = chosen ?? (await decide(play, settled));
  const { agreement } = joined;
  const { sheet, decision } = files(play, agreement);
  const { lines, lift, linesBefore } = JSON.parse(readFileSync(decision, 'utf8')) as Decision;
  await association.postCsv(
    `/api/v1/agreements/${agreement.id}/late-joins/import?consent=stated`,
    () => createReadStream(sheet, { encoding: 'utf8' }) as AsyncIterable<string>,
    `demo-late-${agreement.id}`,
    () => {},
  );
  const { story } = play;
  story.say(
    `${story.count(lines)} more businesses have heard of it. The chamber joins them to ${agreement.number} with ` +
      `${agreement.providerName}, which has ${story.count(linesBefore)} lines: ` +
      (lift
        ? 'just enough to reach the next band of its tariff, so that every line, old and new, becomes cheaper.'
        : 'its next band is far, or it is in its best one, so that prices stay as they are.'),
  );
  return { settled: joined, lines, lift };
}

function files({ out }: Play, { id }: Agreement): { sheet: string; decision: string } {
  return { sheet: join(out, `latecomers-${id}.csv`), decision: join(out, `latecomers-${id}.json`) };
}

async function decide(play: Play, settled: readonly Settled[]): Promise<Settled> {
  const reaches: Reach[] = [];
  for (const each of settled) reaches.push(await reachOf(play, each));
  const near = reaches
    .filter(({ missing, linesNow }) => missing !== null && missing <= linesNow * MOST_TIMES)
    .sort((a, b) => (a.missing ?? 0) / a.linesNow - (b.missing ?? 0) / b.linesNow)[0];
  const chosen = near ?? reaches[0];
  if (!chosen) throw new Error('no agreement is settled');
  const lines = near?.missing ?? Math.max(1, Math.round(chosen.linesNow * FEW));
  const { sheet, decision } = files(play, chosen.settled.agreement);
  writeFileSync(sheet, `${LATE_HEADER}\n${(await businesses(play, chosen.settled, lines)).join('')}`);
  const decided: Decision = { lines, lift: near !== undefined, linesBefore: chosen.linesNow };
  writeFileSync(decision, JSON.stringify(decided));
  return chosen.settled;
}

async function reachOf(play: Play, settled: Settled): Promise<Reach> {
  const first = settled.round.classes.find((each) => each.settledLines > 0);
  if (!first) throw new Error(`${settled.agreement.number} has no lines`);
  const { linesNow, next } = await preview(play, settled, first);
  // Counted from the lines with the one that was asked for.
  return { settled, linesNow, missing: next === null ? null : next.missing + 1 };
}

/** What a line of a class costs today, whoever joins. */
export async function priceNow(
  play: Play,
  settled: Settled,
  each: { readonly lot: string; readonly tier: string },
): Promise<number> {
  return (await preview(play, settled, each)).monthlyNow;
}

async function preview(
  play: Play,
  { agreement }: Settled,
  { lot, tier }: { readonly lot: string; readonly tier: string },
): Promise<Preview> {
  // A lot of the demonstration is one region, and has its code.
  const place = `region=${encodeURIComponent(lot)}&tier=${encodeURIComponent(tier)}&quantity=1`;
  return play.cast.association.get<Preview>(`/api/v1/agreements/${agreement.id}/late-joins/preview?${place}`);
}

/** Rows of one line each, spread over the agreement's classes as its settled lines are; each agrees to today's price. */
async function businesses(play: Play, settled: Settled, lines: number): Promise<string[]> {
  const classes = settled.round.classes.filter((each) => each.settledLines > 0);
  const prices: string[] = [];
  for (const each of classes) {
    prices.push(formatMoney(BigInt(await priceNow(play, settled, each)), play.input.currency));
  }
  const all = classes.reduce((sum, each) => sum + each.settledLines, 0);
  const places: number[] = [];
  let passed = 0;
  for (const [index, each] of classes.entries()) {
    const from = Math.round((passed * lines) / all);
    passed += each.settledLines;
    const to = Math.round((passed * lines) / all);
    for (let n = from; n < to; n += 1) places.push(index);
  }
  return places.map((index, at) => {
    const number = String(at + 1).padStart(6, '0');
    const { lot = '', tier = '' } = classes[index] ?? {};
    return `late-${number},Latecomer ${number},${lot},${tier},1,${prices[index] ?? ''}\n`;
  });
}
