/**
 * Options of Node for programs of some seconds, such as tests and compilers. They make many small objects: in a larger nursery most are
 * gone before it is full, and are never copied. And most functions run for a moment only: where Node counts by this budget, a third of the
 * processor time went into optimising them so early. Four threads to collect what is gone, beside programs on all cores, mostly wait
 * for each other.
 */
export const ENGINE = [
  '--max-semi-space-size=64',
  '--single-threaded-gc',
  ...(process.versions.node.startsWith('20.') ? ['--interrupt-budget=600000'] : [])
]
