// A query: words, each of which `tested` makes a test of; one that begins with - must not hold.

const TOKEN = /-?(?:[a-z]+[:<>]=?)?(?:"[^"]*"|[^\s"]+)/gi;

// What a query finds of things in a given order, and the words of it that mean nothing.
function filtered(query, order) {
  const tests = [];
  const unknown = [];
  for (const token of query.match(TOKEN) ?? []) {
    const negated = token.length > 1 && token.startsWith("-");
    const test = tested(negated ? token.slice(1) : token);
    if (!test) unknown.push(token);
    else tests.push(negated ? (each) => !test(each) : test);
  }
  return { found: order.filter((each) => tests.every((test) => test(each))), unknown };
}
