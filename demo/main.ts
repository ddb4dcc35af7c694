/** Plays one whole group purchase over the HTTP API, against a system of its own, in accelerated time. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { live } from '../src/boot.js';
import { Refusal } from '../src/kernel/refusal.js';
import { projectRoot } from '../src/platform/config/project.js';
import { AUCTION_FORMATS, type AuctionFormat, DEFAULT_AUCTION } from '../src/tenders/rules/auction-settings.js';
import { tellAlternatives } from './alternatives.js';
import { playAuction } from './auction.js';
import { sealedBids, tariffOf } from './bidders.js';
import { gather, type Login, PASSWORD } from './cast.js';
import { conclude } from './conclusion.js';
import { catalogue, join as joinPool, lock, openPool } from './demand.js';
import { figuresOf } from './figures.js';
import { demoGround, type DemoGround } from './ground.js';
import { type DemoInput, digestOf, readFolder } from './input.js';
import { korea } from './korea.js';
import { verifyLog } from './log.js';
import { NO_MONEY, twoMonths } from './months.js';
import type { Play } from './play.js';
import { Story } from './story.js';
import { tellAward, tellPrices, tellSavings } from './telling.js';
import { bid, evaluated, open, publish } from './tendering.js';

interface Options {
  readonly data?: string;
  readonly members: number;
  readonly currency: string;
  readonly format: AuctionFormat;
  readonly json?: string;
  readonly out: string;
  readonly keep: boolean;
}

/** The exit status of a program that Ctrl-C ended before it was done. */
const CUT_OFF = 130;
/** As of the other commands, when a file is not what it has to be. */
const INVALID = 2;

function count(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 100 || n > 1_000_000) throw new InvalidArgumentError('a number from 100 to 1000000');
  return n;
}

const program = new Command('npm run demo --')
  .description('Plays one whole group purchase, from joining to the invoices of its second month, and tells its story.')
  .option('--data <folder>', 'spreadsheets to play with: regions.csv, tiers.csv, lines.csv, coverage.csv')
  .option('--currency <code>', 'currency of the spreadsheets', 'USD')
  .option('--members <n>', 'how many businesses of the built-in Korean set take part', count, 1_200)
  .addOption(
    new Option('--format <format>', 'how the opened bids compete')
      .choices(AUCTION_FORMATS)
      .default(DEFAULT_AUCTION.format),
  )
  .option('--json <file>', 'write the figures there')
  .option('--out <folder>', 'where contracts and answers are written', join(projectRoot, 'out'))
  .option('--keep', 'leave the system running, and print a login for each role', false);

async function play(options: Options, ground: DemoGround, input: DemoInput): Promise<Login[]> {
  const story = new Story(input.currency);
  story.title(`Pumasi: ${input.title}`);
  if (ground.continued) story.say('An earlier demonstration was cut off here. It goes on where it was.');
  const { cast, logins } = await story.stage('setup', 'The agency, a chamber, and providers', async () => {
    const gathered = await gather(
      ground.base,
      input.bidders.map((plan) => plan.provider),
    );
    story.say(
      `At ${ground.base} meet: an agency with an officer, an approver and an auditor, the Chamber of Small Businesses, ` +
        `and ${input.bidders.length} providers.`,
    );
    return gathered;
  });
  const stage: Play = { base: ground.base, input, story, cast, out: resolve(options.out), begunAt: ground.begunAt };
  mkdirSync(stage.out, { recursive: true });

  const poolId = await story.stage('pool', 'A pool opens', async () => {
    await catalogue(stage);
    return openPool(stage);
  });
  await story.stage('import', 'Businesses join', () => joinPool(stage, poolId));
  await story.stage('lock', 'The demand is locked', () => lock(stage, poolId));
  const tender = await story.stage('tender', 'A tender, and sealed bids', async () => {
    const published = await publish(stage, poolId, options.format);
    await bid(stage, published, options.format === 'sealed' ? sealedBids(input.bidders) : tariffOf);
    return published;
  });
  const auction = await story.stage('auction', 'The bids are opened, and compete', async () => {
    await open(stage, tender);
    return playAuction(stage, tender);
  });
  const award = await story.stage('allocation', 'Who wins', async () => {
    const found = await story.waiting('the tariffs are compared', evaluated(stage, tender.id));
    if (found.winners.length > 0) {
      tellAward(stage, found);
      await tellAlternatives(stage, found);
    }
    return found;
  });
  const conclusion = await conclude(stage, tender.id, award);
  const { settled } = conclusion;
  if (settled.length > 0) tellPrices(stage, settled);
  const money = settled.length > 0 ? await twoMonths(stage, settled) : NO_MONEY;
  const figures = figuresOf({
    input,
    lots: tender.lots.length,
    bids: input.bidders.length,
    auction,
    award,
    conclusion,
    money,
    seconds: { ...story.seconds, total: story.totalSeconds() },
  });
  tellSavings(stage, figures);
  await story.stage('verification', 'Anybody can check the auction', () => verifyLog(stage));
  const seconds = { ...story.seconds, total: story.totalSeconds() };
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ ...figures, seconds }, null, 2)}\n`);
  return logins;
}

/** What the story depends on: with other parameters it is another story, also when the same files changed. */
async function parametersOf({ data, currency, members, format }: Options): Promise<object> {
  return data === undefined
    ? { members, format }
    : { data: resolve(data), content: await digestOf(data), currency, format };
}

/** What is played with. Spreadsheets that do not fit end the program with one line, before anything is started. */
async function inputOf({ data, members, currency }: Options): Promise<DemoInput> {
  if (data === undefined) return korea(members);
  try {
    return await readFolder(data, currency);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`pumasi: ${error.message}\n`);
    process.exit(INVALID);
  }
}

async function main(options: Options, stoppedBy: (stop: () => Promise<void>) => void): Promise<() => Promise<void>> {
  const input = await inputOf(options);
  const parameters = await parametersOf(options);
  const ground = await demoGround(parameters, process.env);
  stoppedBy(async () => {
    await ground.suspend();
    console.log('\nThe demonstration was cut off. Started again with the same options, it goes on where it was.');
    process.exitCode = CUT_OFF;
  });
  let logins: Login[];
  try {
    logins = await play(options, ground, input);
  } catch (error) {
    await ground.suspend();
    throw error;
  }
  if (options.keep) {
    console.log(`\nThe system keeps running at ${ground.base} (try ${ground.base}/docs). Ctrl-C stops it.`);
    for (const { who, email } of logins) console.log(`  ${who.padEnd(44)} ${email.padEnd(44)} ${PASSWORD}`);
    return () => ground.end(true);
  }
  const ended = ground.end(false);
  stoppedBy(async () => ended);
  await ended;
  return async () => {};
}

program.parse();
const options: Options = program.opts();
await live(async (stoppedBy) => {
  const stop = await main(options, stoppedBy);
  if (!options.keep) process.exit(0);
  return stop;
});
