// A query: words, each of which `tested` makes a test of; one that begins with - must not hold.

const TOKEN = /-?(?:[a-z]+[:<>]=?)?(?:"[^"]*"|[^\s"]+)/gi;

// What a query finds of things in a given order, and the words of it that mean nothing. What is called by its words comes
// first: `jax` finds what runs on JAX before what only mentions it.
function filtered(query, order) {
  const tests = [];
  const unknown = [];
  for (const token of query.match(TOKEN) ?? []) {
    const negated = token.length > 1 && token.startsWith("-");
    const test = tested(negated ? token.slice(1) : token);
    if (!test) unknown.push(token);
    else tests.push(negated ? (each) => !test(each) : test);
  }
  const found = order.filter((each) => tests.every((test) => test(each)));
  const names = tests.map((test) => test.named).filter(Boolean);
  return { found: names.length ? firstly(found, (each) => names.every((named) => named(each))) : found, unknown };
}

function firstly(found, wanted) {
  const first = found.filter(wanted);
  const ordered = found.slice();
  ordered.set(first);
  ordered.set(
    found.filter((each) => !wanted(each)),
    first.length,
  );
  return ordered;
}
