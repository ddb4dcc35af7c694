/** Who joins when the lines of others work already, and makes them cheaper for all. */
import { formatMoney } from '../src/kernel/money.js';
import type { Settled } from './contracting.js';
import { csv } from './line-lists.js';
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

/** More than as many again as there are would be another pool. */
const MOST_TIMES = 1;
/** Where no better band is in reach, some join all the same. */
const FEW = 0.05;

/** Opens all agreements to latecomers until a day; the chamber brings as many as lift the nearest one into its next band. */
export async function joinLate(play: Play, settled: readonly Settled[], until: string): Promise<Latecomers> {
  const { association, officer } = play.cast;
  const { story } = play;
  const reaches: Reach[] = [];
  for (const each of settled) {
    await officer.put(`/api/v1/agreements/${each.agreement.id}/late-joining`, { until });
    reaches.push(await reachOf(play, each));
  }
  const near = reaches
    .filter(({ missing, linesNow }) => missing !== null && missing <= linesNow * MOST_TIMES)
    .sort((a, b) => (a.missing ?? 0) / a.linesNow - (b.missing ?? 0) / b.linesNow)[0];
  const chosen = near ?? reaches[0];
  if (!chosen) throw new Error('no agreement is settled');
  const wanted = near?.missing ?? Math.max(1, Math.round(chosen.linesNow * FEW));
  const { agreement } = chosen.settled;
  const rows = await businesses(play, chosen.settled, wanted);
  await association.postCsv(
    `/api/v1/agreements/${agreement.id}/late-joins/import?consent=stated`,
    () => csv('business_ref,business_name,region,service_tier,quantity,up_to', rows),
    `demo-late-${agreement.id}`,
    () => {},
  );
  story.say(
    `${story.count(wanted)} more businesses have heard of it. The chamber joins them to ${agreement.number} with ` +
      `${agreement.providerName}, which has ${story.count(chosen.linesNow)} lines: ` +
      (near
        ? 'just enough to reach the next band of its tariff, so that every line, old and new, becomes cheaper.'
        : 'its next band is far, or it is in its best one, so that prices stay as they are.'),
  );
  return { settled: chosen.settled, lines: wanted, lift: near !== undefined };
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
