// Jest's own runner of a spec file, but the file and all that it imports run in bare Node, from dist/: what the program and its
// dependencies are is loaded once by each of Jest's workers and not again for each file, and what is tested is what is built.
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { builtFile } from './built-tests.js';

const WORDS = ['describe', 'test', 'it', 'expect', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'];

// Stacks of errors tell lines of the sources.
process.setSourceMapsEnabled(true);

let files = 0;

export default function runInNode(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = async (path) => {
    for (const word of WORDS) globalThis[word] = environment.global[word];
    globalThis.jest = environment.moduleMocker;
    // Watching runs a file again, and what Node has imported it does not run twice.
    files += 1;
    await import(`${pathToFileURL(builtFile(path)).href}?run=${files}`);
  };
  return circus.default(globalConfig, config, environment, runtime, testPath, sendMessageToJest);
}
