/**
 * The tests' Stripe, and what we read of Stripe, held against the definitions that Stripe's own library carries; and what we
 * read against what Stripe answers.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { API_VERSION } from '../../src/payments/stripe-client.js';
import { projectRoot } from '../../src/platform/config/project.js';
import { askEverything } from '../support/stripe/all-routes.js';
import { EitherStripe } from '../support/stripe/either.js';
import { onModel, OWN_ACCOUNT, REAL, withAccount } from '../support/stripe/ways.js';
import { misfitsOfExpansion, misfitsOfShape, misfitsOfValue } from '../support/stripe/fitting.js';
import { ROUTES } from '../support/stripe/model.js';
import { Official } from '../support/stripe/official.js';
import type { Route } from '../support/stripe/route.js';
import { API_VERSION as VERSION_OF_MODEL } from '../support/stripe/store.js';

const OURS = join(projectRoot, 'src/payments');
const MODEL = join(projectRoot, 'test/support/stripe');
const filesOf = (folder: string, begin: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(begin) && name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(folder, name));

/** Where Stripe's objects are read. */
const READERS = filesOf(OURS, 'stripe-');

/** Words of Stripe's that are in its documentation only: its enumerations are open, and do not name them. */
const DOCUMENTED: readonly string[] = [
  // https://docs.stripe.com/payments/sepa-debit, why a direct debit fails
  'generic_could_not_process',
  // https://docs.stripe.com/changelog/endive
  'payment_method_types_no_longer_supported',
  // what the interface answers of a transfer to an account that cannot be paid yet
  'insufficient_capabilities_for_transfer',
];

/** The states that we read, and whose they are at Stripe. */
const STATES = [
  ['SetupState', 'status', 'SetupIntents.d.ts', 'SetupIntent', 'status'],
  ['PaymentState', 'status', 'PaymentIntents.d.ts', 'PaymentIntent', 'status'],
  ['InvoiceState', 'status', 'Invoices.d.ts', 'Invoice', 'status'],
  ['ChargeState', 'status', 'Charges.d.ts', 'Charge', 'status'],
  ['DisputeState', 'status', 'Disputes.d.ts', 'Dispute', 'status'],
] as const;

/** "PaymentIntents.d.ts PaymentIntent.status"; all events have the same fields. */
function fieldName(field: ts.Declaration): string {
  const file = basename(field.getSourceFile().fileName);
  const owner = ts.isInterfaceDeclaration(field.parent) ? field.parent.name.text : '';
  const name = ts.getNameOfDeclaration(field)?.getText() ?? '';
  return file === 'Events.d.ts' ? `event ${name}` : `${file} ${owner}.${name}`;
}

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

describe("Stripe's own definitions", () => {
  let official: Official;
  let answers: { readonly route: Route; readonly status: number; readonly body: unknown }[];
  let events: { readonly type: string }[];

  beforeAll(async () => {
    official = new Official(READERS);
    const asked = await EitherStripe.start();
    answers = [];
    asked.watch((name, status, body) => {
      const route = ROUTES.find((each) => nameOf(each) === name);
      if (route) answers.push({ route, status, body: JSON.parse(body) as unknown });
    });
    try {
      if (!REAL || OWN_ACCOUNT !== undefined) await askEverything(asked);
      await asked.catchUp();
      events = JSON.parse(JSON.stringify(asked.deliveries.announced)) as { type: string }[];
    } finally {
      await asked.stop();
    }
  }, 600_000);

  const at = (route: Route): NonNullable<ReturnType<Official['route']>> => {
    const found = official.route(route.method, route.path);
    if (!found) throw new Error(`${nameOf(route)} is no route of Stripe's`);
    return found;
  };

  onModel('itself', 'are of the version that we ask for', () => {
    expect([API_VERSION, VERSION_OF_MODEL]).toEqual([official.version, official.version]);
  });

  for (const route of ROUTES) {
    onModel('itself', `know ${nameOf(route)} and what the model takes there`, () => {
      const { params, answer, listed } = at(route);
      const misfits = misfitsOfShape(official, params, route.shape, '');
      for (const path of route.expands ?? [])
        misfits.push(
          ...misfitsOfExpansion(official, answer, listed ? path.replace(/^data\./, '') : path, nameOf(route)),
        );
      expect(misfits).toEqual([]);
      expect('limit' in route.shape).toBe(listed);
    });
  }

  onModel('itself', 'know every field and word of what the model answers', () => {
    const misfits = new Set<string>();
    const asked = new Set<string>();
    for (const { route, status, body } of answers.filter((each) => each.status === 200)) {
      const { answer, listed } = at(route);
      asked.add(nameOf(route));
      const found = listed
        ? (body as { data: unknown[] }).data.flatMap((one) => misfitsOf(answer, one))
        : misfitsOf(answer, body);
      for (const each of found) misfits.add(`${nameOf(route)} ${each}`);
      expect(status).toBe(200);
    }
    expect([...misfits]).toEqual([]);
    expect(ROUTES.map(nameOf).filter((each) => !asked.has(each))).toEqual([]);
  });

  onModel('itself', 'know every event of the model, and what it is about', () => {
    const misfits = new Set<string>();
    for (const event of events) {
      const type = official.event(event.type);
      if (type === null) misfits.add(`${event.type} is no event of Stripe's`);
      else for (const each of misfitsOf(type, event)) misfits.add(`${event.type} ${each}`);
    }
    expect([...misfits]).toEqual([]);
    const told = new Set(events.map(({ type }) => type));
    expect(textsGivenTo(filesOf(MODEL, ''), 'emit').filter((each) => !told.has(each))).toEqual([]);
  });

  withAccount('have every field that we read, and Stripe gives it', () => {
    const seen = new Set<string>();
    const note = (field: ts.Declaration): unknown => seen.add(fieldName(field));
    for (const { route, status, body } of answers) {
      if (status !== 200) continue;
      const { answer, listed } = at(route);
      const all = listed ? (body as { data: unknown[] }).data : [body];
      for (const one of all) misfitsOf(answer, one, note);
    }
    for (const event of events) {
      const type = official.event(event.type);
      if (type !== null) misfitsOf(type, event, note);
    }
    const read = fieldsRead();
    expect(read.size).toBeGreaterThan(40);
    // Events of providers' accounts are told with the account, and not in our list: elsewhere there are none here.
    if (REAL) read.delete('event account');
    // Nor is there a payout that a bank has sent back: Stripe pays out when its schedule says so.
    if (REAL) read.delete('Payouts.d.ts Payout.failure_balance_transaction');
    // Nor a top-up: it takes a bank account of ours, and in test mode some days.
    if (REAL) read.delete('Topups.d.ts Topup.status');
    expect([...read].filter((field) => !seen.has(field))).toEqual([]);
  });

  for (const [state, field, file, name, property] of STATES) {
    onModel('itself', `know all states of our ${state}.${field}, and no other`, () => {
      const states = official.declared(join(OURS, 'stripe-states.ts'), state);
      const ours = official.literals(official.property(states, field));
      const theirs = official.literals(official.property(official.declared(file, name), property));
      expect(ours.toSorted()).toEqual(theirs.toSorted());
    });
  }

  onModel('itself', 'know the kinds of methods that we take, and the kinds of objects that we apply', () => {
    const kinds = official.literals(
      official.property(official.declared('PaymentMethods.d.ts', 'PaymentMethod'), 'type'),
    );
    const ours = official.literals(official.declared(join(OURS, 'rules', 'method-kinds.ts'), 'MethodKind'));
    expect(ours.filter((each) => !kinds.includes(each))).toEqual([]);
    const told = new Set(
      official.eventTypes.flatMap((type) => {
        const data = official.property(official.event(type) as ts.Type, 'data');
        return official
          .objects(official.property(data as ts.Type, 'object'))
          .flatMap((one) => official.literals(official.property(one, 'object')));
      }),
    );
    const applied = textsGivenTo(filesOf(OURS, ''), 'objects.register');
    expect(applied.length).toBeGreaterThan(5);
    expect(applied.filter((each) => !told.has(each))).toEqual([]);
  });

  onModel('itself', 'know every code by which the model refuses', () => {
    const payment = official.declared('PaymentIntents.d.ts', 'PaymentIntent');
    const codes = official
      .objects(official.property(payment, 'last_payment_error'))
      .flatMap((each) => official.literals(official.property(each, 'code')));
    expect(codes).toContain('balance_insufficient');
    const ours: string[] = [];
    everyNode(filesOf(MODEL, ''), (node) => {
      if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'code') return;
      if (ts.isStringLiteral(node.initializer)) ours.push(node.initializer.text);
    });
    ours.push(...textsGivenTo(filesOf(MODEL, ''), 'said'));
    expect(ours.length).toBeGreaterThan(15);
    expect(ours.filter((each) => !codes.includes(each) && !DOCUMENTED.includes(each))).toEqual([]);
  });

  const misfitsOf = (type: ts.Type, value: unknown, seen: (field: ts.Declaration) => void = () => {}): string[] =>
    misfitsOfValue(official, type, value, '', seen).filter(
      (each) => !DOCUMENTED.some((word) => each.includes(`"${word}"`)),
    );

  /** The first arguments of all calls of a function, where they are texts. */
  const textsGivenTo = (files: readonly string[], called: string): string[] => {
    const texts: string[] = [];
    everyNode(files, (node) => {
      if (!ts.isCallExpression(node) || !`.${node.expression.getText()}`.endsWith(`.${called}`)) return;
      const [first] = node.arguments;
      if (first && ts.isStringLiteral(first)) texts.push(first.text);
    });
    return texts;
  };

  /** The fields of Stripe's objects that our code reads. */
  const fieldsRead = (): Set<string> => {
    const { checker } = official;
    const fields = new Set<string>();
    const note = (symbol: ts.Symbol | undefined): void => {
      const declared = symbol?.declarations?.[0];
      if (!declared || !ts.isPropertySignature(declared) || !ts.isInterfaceDeclaration(declared.parent)) return;
      const file = declared.getSourceFile().fileName;
      const owner = declared.parent.name.text;
      if (!file.includes('/stripe/esm/resources/') || owner.endsWith('Params')) return;
      fields.add(fieldName(declared));
    };
    everyNode(READERS, (node) => {
      if (ts.isPropertyAccessExpression(node)) note(checker.getSymbolAtLocation(node.name));
      if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return;
      const name = (node.propertyName ?? node.name).getText();
      note(checker.getPropertyOfType(checker.getNonNullableType(checker.getTypeAtLocation(node.parent)), name));
    });
    return fields;
  };

  const everyNode = (files: readonly string[], what: (node: ts.Node) => void): void => {
    const visit = (node: ts.Node): void => {
      what(node);
      ts.forEachChild(node, visit);
    };
    for (const file of files) {
      visit(official.source(file));
    }
  };
});
