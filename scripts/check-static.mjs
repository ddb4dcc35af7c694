// What needs no running system, two at a time: format, lint, types, the drawing of the house, and the build that the tests run
// on. Each tells what it found when it has ended; fails when any of them does.
import { spawn } from 'node:child_process';

// The longest first.
const waiting = ['prepare', 'types', 'lint', 'format:check', 'house'];

function run(name) {
  const child = spawn('npm', ['run', '-s', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => said.push(part));
  return new Promise((ended) => {
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      if (code !== 0) {
        process.stdout.write(`${name} failed\n`);
        process.exitCode = 1;
      }
      ended();
    });
  });
}

async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await run(name);
}

await Promise.all([work(), work()]);
