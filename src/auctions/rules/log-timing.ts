/** Whether an event may come next, as far as phases and time say. Each answer is a sentence, or null when it may. */
import { ROUNDS } from '../../tenders/rules/auction-settings.js';
import type { AuctionEvent, EventBodies } from './events.js';
import { type AuctionPhase, type AuctionState, isOver } from './fold.js';
import { beginsAt, failsFor, later, nextTurn, remainingMillis, turnOrder } from './phases.js';
import { first } from './shape.js';
import { millis, MOMENT_MILLIS, type Walk } from './walk.js';

type Why = string | null;

/** Whether the opening sets the beginning as the tender says. */
export function whyNotOpened({ at, body }: AuctionEvent<'opened'>): Why {
  const begins = beginsAt(body.settings, body.entries.length, new Date(at))?.toISOString() ?? null;
  if (begins === body.beginsAt) return null;
  return `The auction begins at ${body.beginsAt ?? 'no time'}, but by its settings and bids at ${begins ?? 'no time'}.`;
}

/** Whether an event that is not the opening may come after all before it. */
export function whyNotNext(walk: Walk, event: AuctionEvent): Why {
  const { state, lastAt, owed } = walk;
  return first([
    () => (isOver(state.phase) ? `The auction is ${state.phase}; nothing happens after that.` : null),
    () =>
      millis(event.at) < millis(lastAt) - MOMENT_MILLIS ? `It is earlier than the event before, of ${lastAt}.` : null,
    () =>
      owed && event.kind !== 'extended'
        ? `The last standing puts the end off to ${owed.endsAt.toISOString()}, which must come at once.`
        : null,
    () =>
      tooFew(state) && !['failed', 'cancelled', 'proxy'].includes(event.kind)
        ? `With ${state.tariffs.size} bidders the tender fails; nothing else may happen.`
        : null,
    () => whyNotNow(walk, event),
  ]);
}

/** A practice auction is about a tender, but is not the tender's own. */
function tooFew({ auctionId, tenderId, settings, tariffs }: AuctionState): boolean {
  return auctionId === tenderId && failsFor(settings, tariffs.size);
}

function whyNotNow(walk: Walk, event: AuctionEvent): Why {
  const { state } = walk;
  const { settings } = state;
  switch (event.kind) {
    case 'opened':
      return 'The bids are opened once, by the first event.';
    case 'began':
      return first([
        () => (settings.format === 'live' ? null : `In the format ${settings.format} nobody begins all at once.`),
        () => inPhase(state, ['waiting']),
        () => notBefore(event.at, state.dueAt),
        () => lasts(event, settings.durationSeconds),
      ]);
    case 'turn':
      return whyNoTurn(walk, event);
    case 'rest':
      return first([
        () => settled(walk),
        () =>
          roundIsOver(state) && event.body.round === (state.round ?? 0) + 1 && event.body.round <= ROUNDS
            ? null
            : `No rest before round ${event.body.round} follows here.`,
        () => lasts(event, settings.restSeconds),
      ]);
    case 'bid':
      return whyNoBid(walk, event.body, event.at);
    case 'proxy':
      return state.tariffs.has(event.body.alias) ? null : `There is no participant ${event.body.alias}.`;
    case 'standing':
      return whyNoStanding(walk, event);
    case 'extended':
      return whyNotExtended(walk, event.body);
    case 'paused':
      return whyNotPaused(walk, event);
    case 'resumed':
      return first([
        () => inPhase(state, ['paused']),
        () => dueIs(event.body.endsAt, later(new Date(event.at), state.remainingMillis ?? 0)),
      ]);
    case 'ended':
      return first([
        () => inPhase(state, ['live']),
        () => notBefore(event.at, state.endsAt),
        () => dueIs(event.body.endedAt, new Date(state.endsAt ?? event.at)),
      ]);
    case 'closed':
      return first([
        () => settled(walk),
        () => (state.round === null || (roundIsOver(state) && state.round === ROUNDS) ? null : 'There are turns left.'),
        () =>
          event.body.standing === state.standing?.sequence
            ? null
            : `The last standing is ${state.standing?.sequence}, not ${event.body.standing}.`,
      ]);
    case 'failed':
      return tooFew(state) && event.body.bidders === state.tariffs.size
        ? null
        : `With ${state.tariffs.size} bidders and these settings, the tender does not fail so.`;
    case 'cancelled':
      return null;
  }
}

function whyNoTurn(walk: Walk, event: AuctionEvent<'turn'>): Why {
  const { state, content } = walk;
  const { round, turn, alias } = event.body;
  const begins = turn === 1;
  const order = begins ? content && turnOrder(content) : walk.order;
  return first([
    () => (state.settings.format === 'rounds' ? null : `In the format ${state.settings.format} there are no turns.`),
    () => (begins ? inPhase(state, ['waiting', 'resting']) : settled(walk)),
    () => (begins ? notBefore(event.at, state.dueAt) : null),
    () => (state.standing ? null : 'There is no standing by which turns could be ordered.'),
    () => {
      const now = begins
        ? { round: state.round ?? 1, turn: 1 }
        : { round: state.round ?? 1, turn: (state.turn ?? 0) + 1 };
      return now.round === round && now.turn === turn ? null : `Turn ${now.turn} of round ${now.round} comes now.`;
    },
    () => (state.tariffs.has(alias) ? null : `There is no participant ${alias}.`),
    () => (!begins && state.order.includes(alias) ? `${alias} had its turn in this round already.` : null),
    () => {
      const next = order && nextTurn({ round, turn: turn - 1 }, order);
      if (next === null || (next.kind === 'turn' && next.alias === alias)) return null;
      return `By the ranks it is the turn of ${next.kind === 'turn' ? next.alias : 'nobody'}, not of ${alias}.`;
    },
    () => lasts(event, state.settings.turnSeconds),
  ]);
}

function whyNoBid({ state, windows }: Walk, body: EventBodies['bid'], at: string): Why {
  const { alias, receivedAt, revision } = body;
  const last = state.tariffs.get(alias);
  if (!last) return `There is no participant ${alias}.`;
  if (revision !== last.revision + 1) return `Revision ${last.revision + 1} of ${alias} comes now, not ${revision}.`;
  const received = millis(receivedAt);
  if (received > millis(at) + MOMENT_MILLIS) return `It was received at ${receivedAt}, after it was recorded.`;
  if (body.by === 'proxy') {
    const turn = state.turnOf === null || state.turnOf === alias ? null : `It is the turn of ${state.turnOf}.`;
    return inPhase(state, ['live', 'settling']) ?? turn;
  }
  const own = windows.filter((window) => window.alias === null || window.alias === alias);
  if (own.some(({ from, until }) => received >= from - MOMENT_MILLIS && received < until)) return null;
  return `It was received at ${receivedAt}, when no improvement of ${alias} was taken.`;
}

function whyNoStanding({ state, content }: Walk, event: AuctionEvent<'standing'>): Why {
  const { upTo, totalMinor } = event.body;
  const told = state.settings.feedback === 'rank-and-total';
  // Once time is over, an allocation that was not proved the cheapest is looked for again.
  const again = state.phase === 'settling' && content?.status !== 'optimal';
  return first([
    () => (upTo < event.sequence ? null : `It takes in event ${upTo}, which did not happen yet.`),
    () =>
      upTo > (state.standing?.upTo ?? 0) || (again && upTo === state.standing?.upTo)
        ? null
        : `The standing before takes in as much: up to event ${state.standing?.upTo}.`,
    () =>
      (totalMinor !== undefined) === told ? null : `The leading total is ${told ? 'told' : 'not told'} in this tender.`,
  ]);
}

function whyNotExtended({ state, owed }: Walk, body: EventBodies['extended']): Why {
  if (owed === null) return 'Nothing puts the end off here.';
  const { endsAt, because, extendedMillis } = body;
  const [wanted, standing] = [owed.endsAt.toISOString(), state.standing?.sequence];
  if (endsAt === wanted && extendedMillis === owed.extendedMillis && because === standing) return null;
  return `Because of standing ${standing} the end is put off to ${wanted}, ${owed.extendedMillis} ms in all.`;
}

function whyNotPaused({ state, since }: Walk, { at, body }: AuctionEvent<'paused'>): Why {
  const phase = inPhase(state, ['waiting', 'live', 'resting']);
  if (phase !== null || state.dueAt === null) return phase;
  const due = new Date(state.dueAt);
  const outage = state.settings.outageSeconds * 1_000;
  if (body.cause === 'officer') {
    const left = remainingMillis(due, new Date(at));
    return body.remainingMillis === left ? null : `${left} ms remain, not ${body.remainingMillis}.`;
  }
  // Since when nothing ran is not in the log: for as long as the tender says at least, and not before the phase began.
  const least = remainingMillis(due, later(new Date(at), -outage));
  const most = remainingMillis(due, later(new Date(since), -MOMENT_MILLIS));
  return body.remainingMillis >= least && body.remainingMillis <= most
    ? null
    : `After an outage at least ${least} and at most ${most} ms remain, not ${body.remainingMillis}.`;
}

/** Time is over, and the last standing takes in everything that came in time. */
function settled({ state }: Walk): Why {
  const phase = inPhase(state, ['settling']);
  if (phase !== null) return phase;
  if (state.standing === null) return 'No standing was reckoned.';
  if (state.standing.upTo >= state.lastBid) return null;
  return `The last standing takes in tariffs up to event ${state.standing.upTo}, and there is a later one, ${state.lastBid}.`;
}

function roundIsOver({ turn, tariffs }: AuctionState): boolean {
  return turn !== null && turn >= tariffs.size;
}

function inPhase({ phase }: AuctionState, phases: readonly AuctionPhase[]): Why {
  return phases.includes(phase) ? null : `The auction is ${phase}, not ${phases.join(' or ')}.`;
}

function notBefore(at: string, due: string | null): Why {
  return due === null || millis(at) >= millis(due) ? null : `It is due at ${due} only.`;
}

function lasts(event: AuctionEvent<'began' | 'turn' | 'rest'>, seconds: number): Why {
  return dueIs(event.body.endsAt, later(new Date(event.at), seconds * 1_000));
}

function dueIs(said: string, due: Date): Why {
  return said === due.toISOString() ? null : `The time is ${due.toISOString()}, not ${said}.`;
}
