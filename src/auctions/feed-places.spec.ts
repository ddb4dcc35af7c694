import { FeedPlaces, STREAMS_PER_ADDRESS, STREAMS_PER_PROCESS, STREAMS_PER_SESSION } from './feed-places.js';

const times = (count: number, take: (i: number) => () => void): (() => void)[] =>
  Array.from({ length: count }, (_, i) => take(i));

it('gives a session so many places, whatever its address, and others theirs', () => {
  const places = new FeedPlaces();
  const [first] = times(STREAMS_PER_SESSION, (i) => places.take('token', `10.0.0.${i}`));
  expect(() => places.take('token', '10.0.0.99')).toThrow(expect.objectContaining({ code: 'feed.too-many' }));
  places.take('another', '10.0.0.1');
  first?.();
  first?.();
  places.take('token', '10.0.0.1');
  expect(() => places.take('token', '10.0.0.1')).toThrow(expect.objectContaining({ kind: 'too-many' }));
});

it('gives an address so many places for those who are not signed in', () => {
  const places = new FeedPlaces();
  times(STREAMS_PER_ADDRESS, () => places.take(null, '10.0.0.1'));
  expect(() => places.take(null, '10.0.0.1')).toThrow(expect.objectContaining({ code: 'feed.too-many' }));
  places.take('token', '10.0.0.1');
  places.take(null, '10.0.0.2');
});

it('gives so many places altogether', () => {
  const places = new FeedPlaces();
  const [first] = times(STREAMS_PER_PROCESS, (i) => places.take(null, `10.0.${i >> 8}.${i & 255}`));
  expect(() => places.take('token', '::1')).toThrow(
    expect.objectContaining({ code: 'feed.full', kind: 'unavailable' }),
  );
  first?.();
  places.take('token', '::1');
});
