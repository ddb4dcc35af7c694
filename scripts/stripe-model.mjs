// Runs the tests' Stripe as a server of its own, until it is stopped: `node scripts/stripe-model.mjs KEY` writes its address, the
// key of browsers, and a provider's account whose details are complete. What takes days at Stripe takes moments here, as it
// does in Stripe's test mode.
// It is TypeScript that no build contains, so it is translated here, beside the dependencies that it imports.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'test/support/stripe');
// A folder of this checkout, as its dependencies may be a link to those of another one.
mkdirSync(join(root, 'dist'), { recursive: true });
const folder = mkdtempSync(join(root, 'dist', 'stripe-model-'));
const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
for (const name of readdirSync(source)) {
  const code = readFileSync(join(source, name), 'utf8');
  const { outputText } = ts.transpileModule(code, { compilerOptions: options });
  writeFileSync(join(folder, name.replace(/\.ts$/, '.js')), outputText);
}
const SOON_EVERY_MILLIS = 300;
let model;
let account;
try {
  const { StripeModel } = await import(pathToFileURL(join(folder, 'model.js')).href);
  model = await StripeModel.start(process.argv[2]);
  account = await accountAt(model);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log([model.url, model.publishableKey, account].join(' '));
setInterval(() => model.store.soon(), SOON_EVERY_MILLIS);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void model.stop().then(() => process.exit(0)));

/** A provider's account, as Stripe's dashboard makes one for tests. */
async function accountAt(of) {
  const { API_VERSION } = await import(pathToFileURL(join(folder, 'store.js')).href);
  const answer = await fetch(`${of.url}/v1/accounts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${of.key}`,
      'stripe-version': API_VERSION,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'type=express&country=DE',
  });
  const { id } = await answer.json();
  of.completeAccount(id);
  return id;
}
