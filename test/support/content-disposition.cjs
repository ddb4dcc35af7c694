// Stands in for the package of this name, which is ESM only and which @fastify/static, a CommonJS package, requires:
// Node 20 can do that, Jest on Node 20 cannot. Only downloads through @fastify/static would use it; there are none.
exports.create = () => {
  throw new Error('no file is downloaded through @fastify/static');
};
