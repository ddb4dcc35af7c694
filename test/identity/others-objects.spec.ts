/** Knowing an id opens nothing: every route with an id, tried by people of the right role and of the wrong organisation. */
import { randomUUID } from 'node:crypto';
import request, { type Response } from 'supertest';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { type DeedName, PERMISSIONS } from '../../src/identity/rules/permissions.js';
import { ROLES } from '../../src/identity/rules/roles.js';
import type { Role } from '../../src/kernel/actor.js';
import { type Someone, System } from '../support/system.js';
import { type Route, routesOf } from './routes.js';
import { RECONCILIATION } from './payment-treatments.js';
import type { About, Treatment, Treatments } from './treatment.js';
import { treatments } from './treatments.js';
import { type TwoSides, twoSides } from './two-sides.js';

describe('what belongs to others', () => {
  let system: System;
  let market: TwoSides;
  let table: Record<string, Treatments>;
  let routes: Route[];
  let lists: Route[];
  const people = new Map<Role, Someone>();

  beforeAll(async () => {
    system = await System.start();
    market = await twoSides(system);
    table = await treatments(system, market);
    const served = routesOf(system);
    routes = served.filter(({ path }) => path.includes('/:'));
    lists = await pagedOf(system, served);
    for (const role of ROLES) people.set(role, await system.someone(role));
  }, 180_000);
  afterAll(() => system.stop());

  const named = ({ method, path }: Route): string => `${method} ${path}`;
  const letIn = ({ deed }: Route): readonly (Role | 'anyone')[] =>
    deed === null ? ['anyone'] : PERMISSIONS[deed as DeedName];
  const pathOf = ({ path }: Route, { ids, query = '' }: Pick<About, 'ids' | 'query'>): string =>
    path.replaceAll(/:(\w+)/g, (_all, name: string) => ids[name] ?? existing(path, name)) + query;

  /** An object that exists, for reads that treat all alike. */
  function existing(path: string, name: string): string {
    const known: Record<string, string> = {
      regions: 'KR-11',
      tiers: 'basic-100',
      organisations: market.provider.organisationId,
      pools: market.poolId,
      tenders: market.tenderId,
      auctions: market.tenderId,
      awards: market.awardId,
      agreements: market.agreementId,
      offers: market.offerId,
      subscriptions: market.subscriptionId,
      ledger: '1',
      invoices: market.billed.invoiceId,
      billing: { currency: 'KRW', memberId: market.memberId }[name] ?? market.billed.runId,
      stripe: RECONCILIATION,
    };
    const value = known[path.split('/')[3] ?? ''];
    if (value === undefined) throw new Error(`${path} needs its ${name}`);
    return value;
  }

  async function ask(who: Someone, route: Route, about: About): Promise<Response> {
    // A feed does not end by itself.
    const method = route.path.endsWith('/feed') ? 'head' : route.method;
    const asked = request(system.url)[method](pathOf(route, about));
    void asked.set('cookie', `${SESSION_COOKIE}=${who.token}`);
    if (route.method === 'get') return asked;
    void asked.set('idempotency-key', randomUUID());
    if (about.version !== undefined) void asked.set('if-match', `"${about.version}"`);
    if (typeof about.body === 'string') void asked.set('content-type', 'text/csv');
    return asked.send(about.body);
  }

  /** The same request about an object that never was. */
  function ofNothing(about: About): About {
    const [object] = Object.keys(about.ids);
    return { ...about, ids: { ...about.ids, [object ?? '']: randomUUID() } };
  }

  /** What is wrong with how the route treats it, if anything. */
  async function fault(route: Route, role: Role | 'anyone', treatment: Treatment): Promise<string | null> {
    const told = (who: string, answer: Response): string =>
      `${named(route)} for ${role}, ${treatment.kind}: ${who} got ${answer.status} ${codeOf(answer)}`;
    if (treatment.kind === 'same') {
      // Of an organisation of its own, to which nothing of all this belongs.
      const someone = role === 'anyone' ? market.otherShop : people.get(role);
      if (someone === undefined) return `${named(route)} has nobody to ask as ${role}`;
      if (route.method !== 'get' && treatment.about === null) return `${named(route)} for ${role} sends no command`;
      const answer = await ask(someone, route, treatment.about ?? { ids: {} });
      return answer.status < 300 ? null : told('anybody', answer);
    }
    const { owner, stranger } = treatment;
    const theirs = await ask(stranger, route, treatment);
    switch (treatment.kind) {
      case 'unknown': {
        const nothing = await ask(stranger, route, ofNothing(treatment));
        if (theirs.status !== 404 || said(theirs) !== said(nothing)) return told('a stranger', theirs);
        break;
      }
      case 'refused':
        if (codeOf(theirs) !== treatment.code) return told('a stranger', theirs);
        break;
      case 'part':
        if (theirs.status >= 400 || theirs.text.includes(treatment.secret)) return told('a stranger', theirs);
    }
    // A request that is refused to everybody proves nothing.
    const own = await ask(owner, route, treatment);
    const proven =
      treatment.kind === 'part'
        ? own.status === 200 && own.text.includes(treatment.secret)
        : own.status < 400 ||
          (own.status !== 404 && own.status < 500 && !['deed.forbidden', codeOf(theirs)].includes(codeOf(own)));
    return proven ? null : told('the owner', own);
  }

  it('has a treatment in the table for every route with an id and every role that it lets in, and for no other', () => {
    const served = Object.fromEntries(routes.map((route) => [named(route), [...letIn(route)].toSorted()]));
    const written = Object.fromEntries(
      Object.entries(table).map(([route, byRole]) => [route, Object.keys(byRole).toSorted()]),
    );
    expect(written).toEqual(served);
  });

  it('is refused to people of the wrong role, whosever it is', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const [treatment] = Object.values(table[named(route)] ?? {}).flat();
      const about = (treatment?.kind === 'same' ? treatment.about : treatment) ?? { ids: {} };
      for (const [role, someone] of people) {
        if (letIn(route).includes(role) || letIn(route).includes('anyone')) continue;
        const answer = await ask(someone, route, about);
        if (answer.status !== 403 || codeOf(answer) !== 'deed.forbidden') {
          wrong.push(`${named(route)} for ${role}: ${answer.status} ${codeOf(answer)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is treated as the table says', async () => {
    const wrong: (string | null)[] = [];
    // Reading first: some of the owners' commands are done.
    for (const route of routes.toSorted((a, b) => Number(a.method !== 'get') - Number(b.method !== 'get'))) {
      for (const [role, all] of Object.entries(table[named(route)] ?? {})) {
        for (const treatment of all) wrong.push(await fault(route, role as Role | 'anyone', treatment));
      }
    }
    expect(wrong.filter((each) => each !== null)).toEqual([]);
  });

  it('is in no list, not even in one that is asked for by its id', async () => {
    const { shop, otherShop, chamber, otherChamber, provider, otherProvider, agreementId, tenderId } = market;
    const otherOfficer = await system.someone('officer');
    const shown: [string, string, Someone, Someone][] = [
      [`/api/v1/offers?agreementId=${agreementId}`, market.offerId, shop, otherShop],
      [`/api/v1/offers?agreementId=${agreementId}`, market.broughtOfferId, chamber, otherChamber],
      [`/api/v1/subscriptions?agreementId=${agreementId}`, market.subscriptionId, shop, otherShop],
      [`/api/v1/subscriptions?agreementId=${agreementId}`, market.broughtSubscriptionId, chamber, otherChamber],
      [`/api/v1/subscriptions?agreementId=${agreementId}`, market.subscriptionId, provider, otherProvider],
      [`/api/v1/agreements?tenderId=${tenderId}`, agreementId, provider, otherProvider],
      ['/api/v1/letters', provider.organisationId, provider, otherProvider],
      ['/api/v1/members', market.memberId, chamber, otherChamber],
      ['/api/v1/pools?limit=200', market.draftPoolId, chamber, otherChamber],
      ['/api/v1/tenders?limit=200', market.draftTenderId, market.officer, provider],
      ['/api/v1/people', shop.personId, shop, otherShop],
      ['/api/v1/collections', market.collected.collectionId, shop, otherShop],
      ['/api/v1/payments', market.collected.collectionId, shop, otherShop],
      ['/api/v1/deposits', market.collected.depositId, shop, otherShop],
      ['/api/v1/refunds', market.collected.refundId, shop, otherShop],
      ['/api/v1/invoices', market.billed.invoiceId, market.officer, otherOfficer],
      ['/api/v1/billing/runs', market.billed.runId, market.officer, otherOfficer],
      ['/api/v1/billing/grants', market.billed.grantId, market.officer, otherOfficer],
      ['/api/v1/billing/vouchers', market.billed.voucherId, market.officer, otherOfficer],
      ['/api/v1/billing/taxes', shop.organisationId, market.officer, otherOfficer],
      ['/api/v1/collections', market.collected.collectionId, market.officer, otherOfficer],
      ['/api/v1/deposits', market.collected.depositId, market.officer, otherOfficer],
      ['/api/v1/refunds', market.collected.refundId, market.officer, otherOfficer],
      ['/api/v1/payments/bank', market.collected.receiptId, market.officer, otherOfficer],
      ['/api/v1/payouts', market.collected.payoutId, provider, otherProvider],
      ['/api/v1/payouts/reversals', market.collected.payoutId, market.officer, otherOfficer],
    ];
    const seen: string[][] = [];
    for (const [path, id, owner, stranger] of shown) {
      const [own, theirs] = [await owner.get(path).expect(200), await stranger.get(path).expect(200)];
      if (!own.text.includes(id)) seen.push([path, 'not by its owner']);
      if (theirs.text.includes(id)) seen.push([path, 'by a stranger']);
    }
    expect(seen).toEqual([]);
  });

  it('is no end of a list: a cursor that names nothing is refused by every list, with its place and what to do', async () => {
    expect(lists.length).toBeGreaterThan(50);
    const wrong: string[] = [];
    for (const route of lists) {
      const [role = 'anyone'] = letIn(route);
      const [treatment] = table[named(route)]?.[role] ?? [];
      const own = treatment === undefined || treatment.kind === 'same' ? null : treatment;
      const someone = own?.owner ?? people.get(role as Role) ?? market.otherShop;
      const about = own ?? (treatment?.kind === 'same' ? treatment.about : null) ?? { ids: {} };
      const query = about.query ?? `?${askedWith(route)}`;
      for (const cursor of ['no such place', ...(ANY_ID.has(route.path) ? [] : [randomUUID()])]) {
        const answer = await ask(someone, route, { ...about, query: `${query}&cursor=${encodeURIComponent(cursor)}` });
        const { faults } = answer.body as { faults?: { path: string }[] };
        if (answer.status !== 422 || codeOf(answer) !== 'page.cursor' || faults?.[0]?.path !== 'cursor') {
          wrong.push(`${route.path}, ${cursor}: ${answer.status} ${codeOf(answer)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** In order of ids that may cease to be in the list: any is a place in it. */
const ANY_ID = new Set(['/api/v1/billing/taxes']);

/** What some lists have to be asked with. */
function askedWith({ path }: Route): string {
  if (path === '/api/v1/audit') return 'subjectType=region&subjectId=KR-11';
  if (path.startsWith('/api/v1/statements')) return 'month=2020-01&currency=KRW';
  if (path.endsWith('/late-joining/classes')) return 'quantity=1';
  return '';
}

/** The routes that the description of the API gives a cursor. */
async function pagedOf(system: System, served: readonly Route[]): Promise<Route[]> {
  const answer = await system.anonymous().get('/docs-json');
  const paths = answer.body.paths as Record<string, { get?: { parameters?: { name: string }[] } }>;
  return served.filter(({ method, path }) => {
    const described = method === 'get' ? paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.get : undefined;
    return described?.parameters?.some(({ name }) => name === 'cursor') ?? false;
  });
}

function codeOf(answer: Response): string {
  return String((answer.body as { code?: unknown }).code);
}

/** The answer but for the number of the request. */
function said(answer: Response): string {
  const { requestId: _each, ...body } = answer.body as Record<string, unknown>;
  return JSON.stringify([answer.status, body]);
}
