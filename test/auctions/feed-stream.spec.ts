/** What becomes of a reader who reads too slowly. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { FeedStream } from '../../src/auctions/feed-stream.js';

let server: Server;
let raw: ServerResponse;
let reader: Socket;

beforeEach(async () => {
  const asked = new Promise<void>((ask) => {
    server = createServer((_request, response) => {
      raw = response;
      ask();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  reader.on('error', () => undefined);
  reader.pause();
  reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await asked;
});

afterEach(() => {
  reader.destroy();
  server.closeAllConnections();
  server.close();
});

const TEXT = 'x'.repeat(65_536);

it('lets go of a reader for whom too much waits, rather than keep it in memory', async () => {
  const stream = new FeedStream(raw, {});
  let most = 0;
  for (let i = 0; i < 2_000 && !stream.ended; i += 1) {
    stream.write(TEXT);
    most = Math.max(most, raw.writableLength);
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(stream.ended).toBe(true);
  expect(most).toBeLessThan(262_144 + 2 * TEXT.length);
  expect(raw.destroyed).toBe(true);
});

it('lets go of a reader who has taken nothing for long, however little waits', async () => {
  const stream = new FeedStream(raw, {});
  for (let i = 0; i < 2_000 && !raw.writableNeedDrain; i += 1) {
    stream.write(TEXT);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const now = performance.now();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(now + 9_000);
  stream.write('x');
  expect(stream.ended).toBe(false);
  clock.mockReturnValue(now + 11_000);
  stream.write('x');
  expect(stream.ended).toBe(true);
  clock.mockRestore();
});

it('waits for a reader who takes what was written', async () => {
  const stream = new FeedStream(raw, {});
  let received = 0;
  reader.on('data', (piece) => (received += piece.length));
  reader.resume();
  for (let i = 0; i < 100; i += 1) {
    stream.write(TEXT);
    await stream.taken();
  }
  const ended = new Promise<void>((end) => stream.onEnd(end));
  stream.end();
  await ended;
  for (const end = Date.now() + 10_000; received <= 100 * TEXT.length && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(received).toBeGreaterThan(100 * TEXT.length);
});

it('ends soon for a reader who does not take the end', async () => {
  const stream = new FeedStream(raw, {});
  for (let i = 0; i < 60; i += 1) if (raw.writableLength < 200_000) stream.write(TEXT);
  const began = performance.now();
  const ended = new Promise<void>((end) => raw.once('close', end));
  stream.end();
  await ended;
  expect(performance.now() - began).toBeLessThan(3_000);
});

it('knows that its reader has gone before it began', async () => {
  reader.destroy();
  await new Promise<void>((gone) => raw.once('close', gone));
  const stream = new FeedStream(raw, {});
  let told = false;
  stream.onEnd(() => (told = true));
  expect([stream.ended, told]).toEqual([true, true]);
});
