// Jest's own runner of a spec file, but the file and all that it imports run in bare Node, from dist/: what the program and its
// dependencies are is loaded once by each of Jest's workers and not again for each file, and what is tested is what is built.
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { builtFile } from './built-tests.js';

// Stacks of errors tell lines of the sources.
process.setSourceMapsEnabled(true);

/** What Jest's matchers tell kinds of values by: they have a global scope of their own, with others of these in it. */
const KINDS = {
  Object,
  Function,
  String,
  Number,
  Boolean,
  BigInt,
  Array,
  Error,
  Date,
  RegExp,
  Map,
  Set,
  ArrayBuffer,
  DataView,
};

/** The words of the spec file that is run now. */
let words = {};

/**
 * A word, or what belongs to it (`it.skip`), that means the file that is run now whenever it is used: a module that several
 * files share is loaded with the first of them.
 */
function late(find) {
  return new Proxy(() => undefined, {
    apply: (_target, _self, given) => find()(...given),
    get: (_target, key) => (typeof find()[key] === 'function' ? late(() => find()[key]) : find()[key]),
  });
}

for (const word of ['describe', 'test', 'it', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']) {
  globalThis[word] = late(() => words[word]);
}

let files = 0;

export default function runInNode(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  Object.assign(environment.global, KINDS);
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = async (path) => {
    words = environment.global;
    globalThis.expect = words.expect;
    globalThis.jest = environment.moduleMocker;
    // Watching runs a file again, and what Node has imported it does not run twice.
    files += 1;
    await import(`${pathToFileURL(builtFile(path)).href}?run=${files}`);
  };
  return circus.default(globalConfig, config, environment, runtime, testPath, sendMessageToJest);
}
