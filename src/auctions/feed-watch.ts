/**
 * Looks at all auctions that somebody watches here, and tells what happened. Every process looks for itself into the
 * table of events, so that nothing has to reach it but the database; where nobody watches nobody looks.
 */
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SessionsService } from '../identity/sessions.service.js';
import type { Actor } from '../kernel/actor.js';
import { pause } from '../platform/patience.js';
import { aliasesAmong, type Known, type Look, lookAt, withBesides } from './feed-rows.js';
import { type FeedStream, messageText } from './feed-stream.js';
import { LiveQueries } from './live.queries.js';
import type { AuctionState } from './rules/lifecycles.js';
import { told, type Viewer } from './rules/told.js';
import { participantOf } from './tariff-rows.js';

const LOOK_MILLIS = 200;
/** After a look that failed. */
const AGAIN_MILLIS = 1_000;
/** Pages count down by the clock of the database, which they hear of at least this often. */
const TICK_MILLIS = 10_000;
/** Whose session has ended, or whose roles are others, hears this much longer at most. */
const SESSION_MILLIS = 3_000;

/** Somebody who watches an auction. */
export interface Watcher {
  readonly id: string;
  /** null for somebody who is not signed in */
  readonly actor: Actor | null;
  readonly token: string | null;
  readonly stream: FeedStream;
  viewer: Viewer;
  /** the last event that it was told, or that it knew before */
  last: number;
}

interface Watched {
  readonly id: string;
  readonly watchers: Set<Watcher>;
  /** the last event that was seen here */
  last: number;
  /** up to that event */
  improvements: number;
  state: AuctionState;
  gaps: ReadonlySet<string>;
}

@Injectable()
export class FeedWatch {
  private readonly log = new Logger('Feed');
  private readonly auctions = new Map<string, Watched>();
  /** own standings that are still to be told, by auction and organisation */
  private readonly owed = new Map<string, { readonly watched: Watched; readonly actor: Actor }>();
  private running = false;
  private paying = false;
  private tickedAt = 0;
  private checkedAt = 0;

  constructor(
    private readonly source: DataSource,
    private readonly sessions: SessionsService,
    private readonly queries: LiveQueries,
  ) {}

  /**
   * Has a watcher told of everything behind the last event that it knows.
   * @param improvements up to that event
   * @returns false when more has been seen here already: the watcher must be told of that first
   */
  join(watcher: Watcher, state: AuctionState, improvements: number): boolean {
    const { id, last } = watcher;
    const present = this.auctions.get(id);
    if (present && present.last > last) return false;
    const watched = present ?? { id, watchers: new Set(), last, improvements, state, gaps: new Set() };
    this.auctions.set(id, watched);
    watched.watchers.add(watcher);
    watcher.stream.onEnd(() => this.leave(watched, watcher));
    // Gaps may have been found since its own standing was read.
    if (present) this.owe(watched, (each) => each === watcher);
    if (!this.running) void this.run();
    return true;
  }

  private leave(watched: Watched, watcher: Watcher): void {
    watched.watchers.delete(watcher);
    if (watched.watchers.size === 0 && this.auctions.get(watched.id) === watched) this.auctions.delete(watched.id);
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.auctions.size > 0) {
      try {
        await this.look();
        await pause(LOOK_MILLIS);
      } catch (error) {
        this.log.warn(`a look at the auctions failed: ${error instanceof Error ? error.message : 'unknown'}`);
        await pause(AGAIN_MILLIS);
      }
    }
    this.running = false;
  }

  private async look(): Promise<void> {
    const before = new Map(this.auctions);
    const seen = [...before.values()].map(({ id, last: sequence }) => ({ id, sequence }));
    const looks = await lookAt(this.source.manager, seen);
    for (const look of looks) {
      const watched = before.get(look.id);
      if (watched && watched.watchers.size > 0) await this.tell(watched, look);
    }
    const [first] = looks;
    if (first && performance.now() - this.tickedAt > TICK_MILLIS) {
      this.tickedAt = performance.now();
      this.toAll(messageText('tick', { now: first.now }, null));
    }
    if (performance.now() - this.checkedAt > SESSION_MILLIS) {
      this.checkedAt = performance.now();
      await this.endUnheld();
    }
  }

  private async tell(watched: Watched, look: Look): Promise<void> {
    const agency = [...watched.watchers].some(({ viewer }) => viewer.role === 'agency');
    const known = await withBesides(this.source.manager, watched.id, look.events, watched.improvements, agency);
    if (look.events.some(({ kind }) => kind === 'opened')) await this.nameOwn(watched);
    for (const each of known) {
      this.tellEvent(watched, each, look.now);
      watched.last = each.event.sequence;
      watched.improvements = each.beside.improvements;
    }
    if (look.state !== watched.state && known.length === 0) {
      // Before the opening an auction goes on without events.
      const text = messageText('phase', { now: look.now, state: look.state }, null);
      for (const { stream } of watched.watchers) stream.write(text);
    }
    watched.state = look.state;
    const found = new Set(aliasesAmong(look.gaps, watched.gaps));
    watched.gaps = new Set(look.gaps);
    const reckoned = look.events.some(({ kind }) => kind === 'standing');
    this.owe(watched, (each) => reckoned || found.has(aliasOf(each.viewer) ?? ''));
  }

  private tellEvent(watched: Watched, { event, beside }: Known, now: Date): void {
    const texts = new Map<string, string | null>();
    for (const watcher of watched.watchers) {
      if (watcher.last >= event.sequence) continue;
      const key = keyOf(watcher.viewer);
      const text = texts.get(key) ?? eventText({ event, beside }, watcher.viewer, now);
      texts.set(key, text);
      watcher.last = event.sequence;
      if (text !== null) watcher.stream.write(text);
    }
  }

  /** Finds out who the providers are that watched before there were aliases. */
  private async nameOwn(watched: Watched): Promise<void> {
    const asked = new Set<Watcher>();
    const next = (): Watcher | undefined =>
      [...watched.watchers].find((each) => !asked.has(each) && each.viewer.role === 'provider');
    for (let watcher = next(); watcher; watcher = next()) {
      asked.add(watcher);
      const own = await participantOf(this.source.manager, watched.id, watcher.actor?.organisationId ?? null);
      watcher.viewer = { role: 'provider', alias: own?.alias ?? null };
    }
  }

  /** Owes their own standing to participants; each organisation's is read once for all its streams, one after another. */
  private owe(watched: Watched, whom: (watcher: Watcher) => boolean): void {
    for (const watcher of watched.watchers) {
      const [alias, { actor }] = [aliasOf(watcher.viewer), watcher];
      if (alias === null || actor === null || !whom(watcher)) continue;
      this.owed.set(`${watched.id} ${alias}`, { watched, actor });
    }
    if (!this.paying && this.owed.size > 0) void this.pay();
  }

  private async pay(): Promise<void> {
    this.paying = true;
    for (let next = firstOf(this.owed); next; next = firstOf(this.owed)) {
      const [key, { watched, actor }] = next;
      this.owed.delete(key);
      const to = [...watched.watchers].filter((each) => each.actor?.organisationId === actor.organisationId);
      if (to.length === 0) continue;
      try {
        const own = await this.queries.own(this.source.manager, actor, watched.id);
        const text = messageText('own', own, null);
        for (const { stream } of to) stream.write(text);
      } catch (error) {
        this.log.warn(`an own standing was not told: ${error instanceof Error ? error.message : 'unknown'}`);
      }
    }
    this.paying = false;
  }

  /** Ends the streams of those whose sessions have ended, or whose roles are not what they were. */
  private async endUnheld(): Promise<void> {
    const watchers = [...this.auctions.values()].flatMap(({ watchers: all }) => [...all]);
    const tokens = [...new Set(watchers.flatMap(({ token }) => token ?? []))];
    if (tokens.length === 0) return;
    const holders = await this.sessions.holdersOf(tokens);
    for (const { token, actor, stream } of watchers) {
      if (token !== null && rolesText(holders.get(token)?.roles) !== rolesText(actor?.roles)) stream.end();
    }
  }

  private toAll(text: string): void {
    for (const { watchers } of this.auctions.values()) for (const { stream } of watchers) stream.write(text);
  }
}

/** The message of an event to a viewer; null when it is none of its business. */
export function eventText({ event, beside }: Known, viewer: Viewer, now: Date): string | null {
  const body = told(event, viewer, beside);
  const { sequence, at, kind } = event;
  return body && messageText(kind, { now, sequence, at, ...body }, sequence);
}

function keyOf(viewer: Viewer): string {
  return `${viewer.role} ${aliasOf(viewer) ?? ''}`;
}

function aliasOf(viewer: Viewer): string | null {
  return viewer.role === 'provider' ? viewer.alias : null;
}

function rolesText(roles: readonly string[] | undefined): string {
  return [...(roles ?? [])].sort().join(' ');
}

function firstOf<K, V>(map: ReadonlyMap<K, V>): [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}
