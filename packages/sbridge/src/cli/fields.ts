import { choice, type Field, REQUIRABLE, SWITCH, whole } from '@sbridge/core/internal'

/** Options of reading files. */
export const readingFields: readonly Field[] = [
  {
    name: 'encoding',
    label: 'Characters of a text file',
    kind: 'text',
    unit: 'NAME',
    range: 'utf-8, utf-16le, windows-1252, iso-8859-2, …',
    default: 'found from the bytes',
    sentence: 'The character encoding of a text file.',
    source: 'WHATWG Encoding'
  },
  {
    name: 'skip',
    label: 'Lines that are no rows',
    kind: 'text',
    unit: 'TOP,BOTTOM',
    range: 'one or two numbers of lines',
    default: 'found, and said',
    sentence: 'Lines of a text file above the column names, and below the last row, to skip: titles, sums; 0 reads every line.'
  },
  {
    name: 'sheet',
    label: 'Sheet of a workbook',
    kind: 'text',
    range: 'the name of a sheet, or its place from 1',
    default: 'the first',
    sentence: 'The sheet of an Excel workbook that holds the table.'
  },
  {
    name: 'table',
    kind: 'text',
    unit: 'NAME',
    range: 'the name of a table, as orders or public.orders',
    default: 'none',
    sentence: 'The table of a database to read; unique columns count as keys, and CHECKs that order two columns as rules.'
  },
  {
    name: 'query',
    kind: 'text',
    unit: 'SQL',
    range: 'one statement that reads',
    default: 'none',
    sentence: 'What to read of a database, in place of --table.'
  },
  {
    name: 'querySeconds',
    kind: 'number',
    unit: 'seconds',
    range: 'a number from 0.001 to 86400',
    default: '600',
    minimum: 0.001,
    maximum: 86_400,
    sentence: 'How long the database may take for it.'
  }
]

/** Options of writing rows. */
export const writingFields: readonly Field[] = [
  {
    name: 'dialect',
    ...choice('input', 'plain'),
    default: 'input',
    sentence:
      'How rows are written: like the input (separator, number marks, date style, quotes, line ends, encoding), or as plain CSV and JSON for programs.'
  },
  {
    name: 'into',
    kind: 'text',
    unit: 'NAME',
    range: 'the name of a table that is not there yet, or is with --append',
    default: 'rows',
    sentence: 'The table of a database that rows are written into, all of them or none.'
  },
  {
    name: 'append',
    ...SWITCH,
    sentence: 'Writes behind the rows of a table that is there.'
  }
]

/** Options of reports. */
export const reportFields: readonly Field[] = [
  {
    name: 'showValues',
    kind: 'boolean',
    range: 'a switch, with --report',
    default: 'off',
    sentence:
      'The report also shows what fewer than three real rows have: rare levels and combinations, single values, training images. For yourself, not to pass on.'
  }
]

/** Options of reports on rows that are drawn here. */
export const judgeFields: readonly Field[] = [
  {
    name: 'judge',
    kind: 'choice',
    range: 'held-out or in-sample, with --report',
    default: 'held-out; in-sample for model files, rows under conditions and fewer than 60 rows',
    choices: ['held-out', 'in-sample'],
    sentence:
      'What a report measures quality on: a random half of the rows, which a second fit with the same options has not seen, or the rows of the fit.'
  }
]

/** Options of comparisons. */
export const evaluateFields: readonly Field[] = [
  {
    name: 'require',
    kind: 'text',
    range: `clauses MEASURE, < <= > or >=, and a number or floor, between commas; measures ${REQUIRABLE.join(', ')}`,
    default: 'nothing',
    sentence:
      "A gate: exit code 5 and the clauses that fail, unless all hold, as 'membership<0.55,copies<=floor'; floor is the end of what chance allows. Of several tables rules alone can be required."
  },
  {
    name: 'quasi',
    kind: 'names',
    range: 'columns, between commas',
    default: 'none',
    sentence:
      'Columns by which somebody could be recognised together: counts synthetic rows with a combination that fewer than three real rows have.',
    source: 'Good 1953'
  },
  {
    name: 'weights',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of numbers of REAL, and of --train',
    default: 'equal weights; of a model, those that it was fitted with',
    excludes: ['utility', 'target', 'group'].map((name) => ({ beside: [name], because: 'real rows of equal weight' })),
    sentence:
      'The column with the weights of the real rows, by which they count; synthetic rows all count the same. The column itself is not compared.'
  },
  {
    name: 'utility',
    kind: 'text',
    range: "COLUMN ~ COLUMN + COLUMN, or Surv(TIME, STATUS) ~ COLUMN + COLUMN, e.g. 'y ~ x1 + x2'; repeatable",
    default: 'none',
    repeatable: true,
    sentence:
      'The same regression on both tables: linear, logistic for two levels, Cox’s for Surv(TIME, STATUS); coefficients with intervals and how far these overlap.',
    source: 'Karr and others 2006'
  },
  {
    name: 'group',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column whose values recur',
    default: 'none',
    sentence:
      'The column that says which rows belong together. Whole groups are compared: how much columns differ between them, and how rows follow each other.',
    source: 'Searle, Casella, McCulloch 1992'
  },
  {
    name: 'time',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of numbers or dates',
    default: 'the order of the rows',
    needs: 'group',
    sentence: 'The column that orders the rows of a group.'
  }
]

/** Options of planning shards. */
export const planFields: readonly Field[] = [
  {
    name: 'shards',
    kind: 'integer',
    unit: 'shards',
    range: 'a whole number from 1 to the number of batches of 16,384 rows',
    default: 'must be given',
    minimum: 1,
    maximum: 10_000,
    sentence: 'Parts of about equal size that the draw is cut into; each is whole batches of rows.'
  },
  {
    name: 'plan',
    kind: 'text',
    unit: 'FILE',
    range: 'a file name, e.g. plan.json',
    default: 'must be given',
    sentence: 'The plan: one JSON file. The model and the results stand in a folder beside it.'
  }
]

/** Options of running a shard. */
export const shardFields: readonly Field[] = [
  {
    name: 'shard',
    kind: 'text',
    unit: 'I/N',
    range: 'a number from 1 to that of the shards, as 3 or 3/8',
    default: 'must be given',
    sentence: 'The shard of the plan to draw.'
  },
  {
    name: 'again',
    ...SWITCH,
    sentence: 'Draws a shard that is there already once more, and says where the two differ.'
  }
]

/** Options of running. */
export const runFields: readonly Field[] = [
  {
    name: 'seed',
    kind: 'integer',
    range: 'a whole number from 0 to 9007199254740991',
    default: 'drawn and printed',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    sentence: 'Seed of all randomness: same seed, data and options, same bytes.',
    source: 'Philox4x32-10'
  },
  {
    name: 'engine',
    ...choice('wasm', 'wasm-relaxed', 'reference'),
    default: 'wasm',
    sentence: 'What computes: wasm gives the same bytes on every machine, wasm-relaxed is faster, reference is plain TypeScript.'
  },
  {
    name: 'precision',
    ...choice('float64', 'float32'),
    default: 'float64',
    sentence: 'Floating-point width of the wasm engines.'
  },
  {
    name: 'threads',
    ...whole(1, 256),
    unit: 'threads',
    default: 'all cores',
    sentence: 'Threads; the result does not depend on them.'
  }
]
