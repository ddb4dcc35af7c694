/** Who joins when the lines of others work already, and makes them cheaper for all. */
import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatMoney } from '../src/kernel/money.js';
import type { Agreement, Settled } from './contracting.js';
import type { Play } from './play.js';

interface Preview {
  readonly linesNow: number;
  /** counted from the lines with one more */
  readonly next: { readonly missing: number } | null;
}

/** Lines of one kind under an agreement. */
interface Class {
  readonly lot: string;
  readonly regions: readonly string[];
  readonly tier: string;
  readonly monthlyNow: number;
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
  // Half a decision would be read as one by a story that goes on.
  writeFileSync(`${decision}.part`, JSON.stringify(decided));
  renameSync(`${decision}.part`, decision);
  return chosen.settled;
}

async function reachOf(play: Play, settled: Settled): Promise<Reach> {
  const { linesNow, next } = await preview(play, settled.agreement);
  return { settled, linesNow, missing: next === null ? null : next.missing + 1 };
}

/** What a line costs a month today, whoever joins: by "lot tier". */
export async function pricesNow(play: Play, agreement: Agreement): Promise<Map<string, number>> {
  return new Map((await classesOf(play, agreement)).map(({ lot, tier, monthlyNow }) => [`${lot} ${tier}`, monthlyNow]));
}

async function classesOf({ cast }: Play, { id }: Agreement): Promise<Class[]> {
  const classes: Class[] = [];
  for await (const each of cast.association.all<Class>(`/api/v1/agreements/${id}/late-joins/classes`)) {
    classes.push(each);
  }
  return classes;
}

async function preview({ cast }: Play, { id }: Agreement): Promise<Preview> {
  return cast.association.get<Preview>(`/api/v1/agreements/${id}/late-joins/preview`);
}

/** Rows of one line each, spread over the agreement's classes as its settled lines are; each agrees to today's price. */
async function businesses(play: Play, { agreement, classes }: Settled, lines: number): Promise<string[]> {
  const offered = await classesOf(play, agreement);
  const places = classes.map(({ lot, tier }) => {
    const found = offered.find((each) => each.lot === lot && each.tier === tier);
    if (!found) throw new Error(`${agreement.number} serves ${tier} in ${lot} no more`);
    const price = formatMoney(BigInt(found.monthlyNow), play.input.currency);
    return `${found.regions[0] ?? ''},${tier},1,${price}`;
  });
  const all = classes.reduce((sum, each) => sum + each.settledLines, 0);
  const rows: string[] = [];
  let passed = 0;
  for (const [index, each] of classes.entries()) {
    const from = Math.round((passed * lines) / all);
    passed += each.settledLines;
    const to = Math.round((passed * lines) / all);
    for (let n = from; n < to; n += 1) {
      const number = String(n + 1).padStart(6, '0');
      rows.push(`late-${number},Latecomer ${number},${places[index] ?? ''}\n`);
    }
  }
  return rows;
}
